// How each elementwise op becomes SIMD code on four float32 lanes; booleans are masks, all bits set for true.

import { item } from "../../graph/op.ts";
import type { Node } from "../../graph/tensor.ts";
import { RecurraError } from "../../platform/error.ts";
import { type Code, f32, type OpName, op } from "./module.ts";

/** An operand: code that gives its value, which may be repeated, and its number where that is known when compiling. */
export interface Operand {
  readonly code: Code;
  readonly constant: number | undefined;
}

/** Gives the code of one application of an op. */
export type ElementwiseRule = (operands: readonly Operand[], node: Node) => Code;

/** The rule of an op that is one instruction. */
function instruction(name: OpName): ElementwiseRule {
  return (operands) => op(name, ...operands.map(({ code }) => code));
}

/** The rule of an op of one operand. */
function unary(rule: (x: Code, node: Node) => Code): ElementwiseRule {
  return (operands, node) => rule(item(operands).code, node);
}

/** The op that yields its operand's value, which is the same for all elements or in the same place. */
const same = unary((x) => x);

const splat = (value: number): Code => op("f32x4.splat", f32(value));

/** What has a kernel form: the op's name, and its code. To add an op, add a line. */
export const ELEMENTWISE_RULES: { readonly [opName: string]: ElementwiseRule | undefined } = {
  add: instruction("f32x4.add"),
  sub: instruction("f32x4.sub"),
  mul: instruction("f32x4.mul"),
  div: instruction("f32x4.div"),
  maximum: instruction("f32x4.max"),
  minimum: instruction("f32x4.min"),
  neg: instruction("f32x4.neg"),
  abs: instruction("f32x4.abs"),
  sqrt: instruction("f32x4.sqrt"),
  floor: instruction("f32x4.floor"),
  round: instruction("f32x4.nearest"),
  relu: unary((x) => op("f32x4.max", x, splat(0))),
  // What is neither above nor below zero is a zero or NaN, and stays as it is.
  sign: unary((x) =>
    op(
      "v128.bitselect",
      splat(1),
      op("v128.bitselect", splat(-1), x, op("f32x4.lt", x, splat(0))),
      op("f32x4.gt", x, splat(0)),
    ),
  ),
  pow: (operands) => power(item(operands).code, item(operands, 1).constant),
  equal: (operands, node) =>
    item(node.inputs).dtype === "bool"
      ? op("v128.not", instruction("v128.xor")(operands, node))
      : instruction("f32x4.eq")(operands, node),
  greater: instruction("f32x4.gt"),
  greaterEqual: instruction("f32x4.ge"),
  logicalAnd: instruction("v128.and"),
  logicalOr: instruction("v128.or"),
  logicalNot: instruction("v128.not"),
  select: (operands) => {
    const [condition = [], a = [], b = []] = operands.map(({ code }) => code);
    return op("v128.bitselect", a, b, condition);
  },
  cast: unary((x, node) =>
    item(node.outputs).dtype === "bool" ? op("f32x4.ne", x, splat(0)) : op("v128.and", x, splat(1)),
  ),
  broadcastTo: same,
  reshape: same,
  stopGradient: same,
};

const LARGEST_EXPONENT = 16;

/** x to a power known when compiling: a multiple of one half. */
function power(x: Code, n: number | undefined): Code {
  if (n === undefined || !Number.isInteger(2 * n) || Math.abs(n) > LARGEST_EXPONENT) {
    throw new RecurraError(
      "kernel-op",
      `kernel: pow takes a constant exponent that is a multiple of 0.5 from -${LARGEST_EXPONENT} to ${LARGEST_EXPONENT}, ` +
        `got ${n ?? "one that is not constant"}`,
    );
  }
  if (n < 0) return op("f32x4.div", splat(1), power(x, -n));
  if (n === 0) return splat(1);
  if (n === 0.5) return op("f32x4.sqrt", x);
  if (n === 1) return x;
  if (!Number.isInteger(n)) return op("f32x4.mul", power(x, n - 0.5), op("f32x4.sqrt", x));
  const half = power(x, Math.floor(n / 2));
  const even = op("f32x4.mul", half, half);
  return n % 2 === 0 ? even : op("f32x4.mul", even, x);
}
