// Code for the logistic function on four lanes.

import { type Code, f32, i32, type Local, op } from "../../../runtime/wasm/module.ts";
import { type DeclareLocal, madd } from "../../vectors/row-code.ts";

const splat = (value: number): Code => op("f32x4.splat", f32(value));

/** Beyond it e^-x is as good as 0, or would come near the end of the floats. */
const FARTHEST = 40;

/**
 * Statements that set x to σ(x) = 1 / (1 + e^-x), to about 1e-6.
 *
 * e^y = 2^n · e^r with n = round(y / ln 2) and |r| ≤ ln 2 / 2, where the Taylor polynomial of degree 5 is off by less than 3e-6 of e^r.
 */
export function sigmoid(x: Local, local: DeclareLocal): Code[] {
  const [n, r] = [local("v128"), local("v128")];
  const polynomial = [1 / 120, 1 / 24, 1 / 6, 1 / 2, 1, 1]
    .map(splat)
    .reduce((sum, coefficient) => madd(sum, r.get, coefficient));
  const power = op(
    "i32x4.shl",
    op("i32x4.add", op("i32x4.trunc_sat_f32x4_s", n.get), op("i32x4.splat", i32(127))),
    i32(23),
  );
  return [
    r.set(op("f32x4.pmin", op("f32x4.pmax", op("f32x4.neg", x.get), splat(-FARTHEST)), splat(FARTHEST))),
    n.set(op("f32x4.nearest", op("f32x4.mul", r.get, splat(Math.LOG2E)))),
    r.set(madd(n.get, splat(-Math.LN2), r.get)),
    x.set(op("f32x4.div", splat(1), madd(polynomial, power, splat(1)))),
  ];
}
