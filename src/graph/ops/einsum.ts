// Einstein summation over one or two tensors, made of transposes, sums and one batched product.

import { RecurraError } from "../../platform/error.ts";
import type { Tensor } from "../tensor.ts";
import { formatType } from "../tensor.ts";
import { transpose } from "./layout.ts";
import { matmul } from "./matmul.ts";
import { reshape, sum } from "./sum.ts";

/**
 * Einstein summation: `einsum("bth,hk->btk", x, w)`. Each letter names an axis; letters that the result lacks are summed over.
 *
 * @throws RecurraError where the letters do not fit the tensors, or a letter repeats within one operand (diagonals are not supported).
 */
export function einsum(equation: string, ...tensors: readonly [Tensor] | readonly [Tensor, Tensor]): Tensor {
  const [left = "", result] = equation.replaceAll(" ", "").split("->");
  const terms = left.split(",");
  const sizes = new Map<string, number>();
  const fault = (why: string) =>
    new RecurraError(
      "einsum-equation",
      `einsum "${equation}" over ${tensors.map(formatType).join(", ")}: ${why}`,
    );
  if (result === undefined || terms.length !== tensors.length) {
    throw fault(
      `wants ${tensors.length} term${tensors.length === 1 ? "" : "s"} and a result, as in "ij,jk->ik"`,
    );
  }
  for (const letters of [...terms, result]) {
    if (!/^[a-zA-Z]*$/.test(letters) || new Set(letters).size < letters.length) {
      throw fault(`the term "${letters}" is to be distinct letters`);
    }
  }
  for (const [i, x] of tensors.entries()) {
    const letters = terms[i] ?? "";
    if (letters.length !== x.rank)
      throw fault(`the term "${letters}" names ${letters.length} axes of a tensor of ${x.rank}`);
    for (const [axis, letter] of [...letters].entries()) {
      const size = x.shape[axis] ?? 0;
      const known = sizes.get(letter) ?? size;
      if (known !== size) throw fault(`axis "${letter}" is ${known} in one place and ${size} in another`);
      sizes.set(letter, size);
    }
  }
  const odd = [...result].find((letter) => !sizes.has(letter));
  if (odd !== undefined) throw fault(`the result names "${odd}", which no term has`);

  const arranged = (x: Tensor, from: string, to: string) =>
    transpose(
      x,
      [...to].map((letter) => from.indexOf(letter)),
    );
  /** Sums out the letters that are wanted nowhere else. */
  const reduced = (x: Tensor, letters: string, wanted: string): readonly [Tensor, string] => {
    const gone = [...letters].flatMap((letter, axis) => (wanted.includes(letter) ? [] : [axis]));
    return [sum(x, gone), [...letters].filter((letter) => wanted.includes(letter)).join("")];
  };
  const [first, second] = tensors;
  const [termA = "", termB = ""] = terms;
  const [a, lettersA] = reduced(first, termA, result + termB);
  if (second === undefined) return arranged(a, lettersA, result);
  const [b, lettersB] = reduced(second, termB, result + termA);

  const only = (letters: string, test: (letter: string) => boolean) => [...letters].filter(test).join("");
  const batch = only(lettersA, (letter) => lettersB.includes(letter) && result.includes(letter));
  const inner = only(lettersA, (letter) => lettersB.includes(letter) && !result.includes(letter));
  const rows = only(lettersA, (letter) => !lettersB.includes(letter));
  const columns = only(lettersB, (letter) => !lettersA.includes(letter));
  const length = (letters: string) =>
    [...letters].reduce((product, letter) => product * (sizes.get(letter) ?? 1), 1);
  const shape = (letters: string) => [...letters].map((letter) => sizes.get(letter) ?? 1);
  const left3 = reshape(arranged(a, lettersA, batch + rows + inner), [
    length(batch),
    length(rows),
    length(inner),
  ]);
  const right3 = reshape(arranged(b, lettersB, batch + inner + columns), [
    length(batch),
    length(inner),
    length(columns),
  ]);
  const flat =
    batch === ""
      ? matmul(reshape(left3, left3.shape.slice(1)), reshape(right3, right3.shape.slice(1)))
      : matmul(left3, right3);
  return arranged(reshape(flat, shape(batch + rows + columns)), batch + rows + columns, result);
}
