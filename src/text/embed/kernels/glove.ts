// The kernel of GloVe: steps of AdaGrad on the cells of the matrix of co-occurrences.

import {
  type Code,
  extractLane,
  f32,
  i32,
  instantiate,
  type Local,
  load,
  op,
  store,
  wasmFunction,
  when,
  whilst,
} from "../../../runtime/wasm/module.ts";
import { type DeclareLocal, dots, eachVector, type RowShape } from "../../vectors/row-code.ts";

/** One half of the model, the words or the contexts; addresses in bytes. */
export interface GloveHalf {
  /** Vectors, and the sums of their squared gradients. */
  readonly rows: number;
  readonly squares: number;
  /** Biases, and theirs. */
  readonly biases: number;
  readonly biasSquares: number;
}

export interface GlovePlan {
  readonly shape: RowShape;
  readonly words: GloveHalf;
  readonly contexts: GloveHalf;
}

/** Bytes of a cell: i and j as int32, log X_ij and f(X_ij) as float32. */
export const CELL_BYTES = 16;

/**
 * Writes the kernel, `train(cells, end, rate)`: for each cell, and for the one across the diagonal, a step on
 * J = ½·f(X_ij)·(w_i·w̃_j + b_i + b̃_j − log X_ij)², which adds up to what it returns.
 *
 * Source: Pennington et al., EMNLP 2014, equation 8; the learning rate is multiplied in before gradients are squared, as in the authors' program.
 */
export function gloveKernel(plan: GlovePlan, memory: WebAssembly.Memory) {
  const train = wasmFunction("train", ["i32", "i32", "f32"], "f32", ([cell, end, rate], local) => {
    const [i, j, total] = [local("i32"), local("i32"), local("f32")];
    const step = (word: Local, context: Local) => stepOf(plan, { word, context, cell, rate, total }, local);
    return [
      whilst(
        op("i32.lt_u", cell.get, end.get),
        i.set(load("i32.load", cell.get)),
        j.set(load("i32.load", cell.get, 4)),
        ...step(i, j),
        when(op("i32.ne", i.get, j.get), ...step(j, i)),
        cell.advance(CELL_BYTES),
      ),
      total.get,
    ];
  });
  return instantiate([train], memory).train;
}

interface Step {
  readonly word: Local;
  readonly context: Local;
  readonly cell: Local;
  readonly rate: Local;
  readonly total: Local;
}

function stepOf({ shape, words, contexts }: GlovePlan, step: Step, local: DeclareLocal): Code[] {
  const { word, context, cell, rate, total } = step;
  const [w, c, squaresW, squaresC] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const [error, weighted, factor] = [local("f32"), local("f32"), local("v128")];
  const rowAt = (base: number, index: Local) =>
    op("i32.add", op("i32.mul", index.get, i32(shape.stride)), i32(base));
  const numberAt = (base: number, index: Local) => op("i32.add", op("i32.shl", index.get, i32(2)), i32(base));
  const product = dots(shape, w, [c], 0, local);
  const biases = op(
    "f32.add",
    load("f32.load", numberAt(words.biases, word)),
    load("f32.load", numberAt(contexts.biases, context)),
  );
  return [
    w.set(rowAt(words.rows, word)),
    c.set(rowAt(contexts.rows, context)),
    squaresW.set(rowAt(words.squares, word)),
    squaresC.set(rowAt(contexts.squares, context)),
    ...product.code,
    error.set(
      op(
        "f32.sub",
        op("f32.add", extractLane("f32x4.extract_lane", 0, product.result), biases),
        load("f32.load", cell.get, 8),
      ),
    ),
    weighted.set(op("f32.mul", load("f32.load", cell.get, 12), error.get)),
    total.set(op("f32.add", total.get, op("f32.mul", f32(0.5), op("f32.mul", weighted.get, error.get)))),
    weighted.set(op("f32.mul", weighted.get, rate.get)),
    factor.set(op("f32x4.splat", weighted.get)),
    ...updateRows(shape, { w, c, squaresW, squaresC, factor }, local),
    ...updateBias(numberAt(words.biases, word), numberAt(words.biasSquares, word), weighted),
    ...updateBias(numberAt(contexts.biases, context), numberAt(contexts.biasSquares, context), weighted),
  ];
}

/** x ← x − g/√G and G ← G + g², for the word's row with g = factor·c and for the context's with g = factor·w. */
function updateRows(
  shape: RowShape,
  rows: {
    readonly w: Local;
    readonly c: Local;
    readonly squaresW: Local;
    readonly squaresC: Local;
    readonly factor: Local;
  },
  local: DeclareLocal,
): Code[] {
  const { w, c, squaresW, squaresC, factor } = rows;
  const [x, y, gradient, squares] = [local("v128"), local("v128"), local("v128"), local("v128")];
  const update = (row: Local, value: Local, other: Local, sums: Local, offset: number): Code[] => [
    gradient.set(op("f32x4.mul", factor.get, other.get)),
    squares.set(load("v128.load", sums.get, offset)),
    store(
      "v128.store",
      row.get,
      op("f32x4.sub", value.get, op("f32x4.div", gradient.get, op("f32x4.sqrt", squares.get))),
      offset,
    ),
    store(
      "v128.store",
      sums.get,
      op("f32x4.add", squares.get, op("f32x4.mul", gradient.get, gradient.get)),
      offset,
    ),
  ];
  return eachVector(shape, [w, c, squaresW, squaresC], local, (offset) => [
    x.set(load("v128.load", w.get, offset)),
    y.set(load("v128.load", c.get, offset)),
    ...update(w, x, y, squaresW, offset),
    ...update(c, y, x, squaresC, offset),
  ]);
}

function updateBias(bias: Code, squares: Code, gradient: Local): Code[] {
  const old = load("f32.load", squares);
  return [
    store(
      "f32.store",
      bias,
      op("f32.sub", load("f32.load", bias), op("f32.div", gradient.get, op("f32.sqrt", old))),
    ),
    store("f32.store", squares, op("f32.add", old, op("f32.mul", gradient.get, gradient.get))),
  ];
}
