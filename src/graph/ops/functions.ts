// Mathematical functions of one operand, element by element.

import type { Tensor } from "../tensor.ts";
import { add, div, greater, mul, select, sub } from "./arithmetic.ts";
import { unary, unaryOp } from "./elementwise.ts";
import { scalar } from "./leaf.ts";

/** exp x */
export const exp = unary(
  unaryOp("exp", { gradient: (dy, _x, y) => mul(dy, y), formula: Math.exp, onnx: "Exp" }),
);
/** The square root. */
export const sqrt = unary(
  unaryOp("sqrt", { gradient: (dy, _x, y) => div(mul(dy, 0.5), y), formula: Math.sqrt, onnx: "Sqrt" }),
);
/** x² */
export const square = (x: Tensor): Tensor => mul(x, x);
/** -1, 0 or 1, as x is negative, zero or positive. */
export const sign = unary(
  unaryOp("sign", { accepts: "number", gradient: "none", formula: Math.sign, onnx: "Sign" }),
);
/** |x|; its gradient at 0 is 0. */
export const abs = unary(
  unaryOp("abs", {
    accepts: "number",
    gradient: (dy, x) => mul(dy, sign(x)),
    formula: Math.abs,
    onnx: "Abs",
  }),
);
/** The sine of an angle in radians. */
export const sin = unary(
  unaryOp("sin", { gradient: (dy, x) => mul(dy, cos(x)), formula: Math.sin, onnx: "Sin" }),
);
/** The cosine of an angle in radians. */
export const cos = unary(
  unaryOp("cos", { gradient: (dy, x) => mul(dy, mul(sin(x), -1)), formula: Math.cos, onnx: "Cos" }),
);

export const tanhOp = unaryOp("tanh", {
  gradient: (dy, _x, y) => mul(dy, sub(1, square(y))),
  formula: Math.tanh,
  onnx: "Tanh",
});
/** The hyperbolic tangent. */
export const tanh = unary(tanhOp);

export const sigmoidOp = unaryOp("sigmoid", {
  gradient: (dy, _x, y) => mul(dy, mul(y, sub(1, y))),
  formula: (x) => 1 / (1 + Math.exp(-x)),
  onnx: "Sigmoid",
});
/** The logistic function 1 / (1 + exp(-x)). */
export const sigmoid = unary(sigmoidOp);

export const reluOp = unaryOp("relu", {
  gradient: (dy, x) => select(greater(x, 0), dy, scalar(0, dy.dtype)),
  formula: (x) => Math.max(x, 0),
  onnx: "Relu",
});
/** max(x, 0); its gradient at 0 is 0. */
export const relu = unary(reluOp);

/** log(1 + exp x), without overflow. */
export const softplus = unary(
  unaryOp("softplus", {
    gradient: (dy, x) => mul(dy, sigmoid(x)),
    formula: (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x))),
    onnx: (emitter, x, dtype) => {
      const decay = emitter.one("Exp", [emitter.one("Neg", [emitter.one("Abs", [x])])]);
      const tail = emitter.one("Log", [emitter.one("Add", [decay, emitter.scalar(1, dtype)])]);
      return emitter.one("Add", [emitter.one("Max", [x, emitter.scalar(0, dtype)]), tail]);
    },
  }),
);

/** The error function 2/√π ∫₀ˣ exp(-t²) dt. ONNX Runtime has it in float32 only. */
export const erf = unary(
  unaryOp("erf", {
    gradient: (dy, x) => mul(dy, mul(exp(mul(square(x), -1)), 2 / Math.sqrt(Math.PI))),
    formula: erfOf,
    onnx: "Erf",
  }),
);

/**
 * x·Φ(x), Φ being the normal distribution function: x/2·(1 + erf(x/√2)). ONNX Runtime has it in float32 only.
 * Source: Hendrycks & Gimpel, "Gaussian Error Linear Units", 2016.
 */
export const gelu = unary(
  unaryOp("gelu", {
    // Φ(x) + x·φ(x) = (1 + erf h + h·2/√π·exp(-h²))/2 with h = x/√2
    gradient(dy, x) {
      const h = mul(x, Math.SQRT1_2);
      const bell = exp(sub(Math.log(2 / Math.sqrt(Math.PI)), square(h)));
      return mul(dy, mul(add(add(erf(h), mul(h, bell)), 1), 0.5));
    },
    formula: (x) => (x / 2) * (1 + erfOf(x * Math.SQRT1_2)),
    onnx: "Gelu",
  }),
);

/** The largest whole number not above x. */
export const floor = unary(unaryOp("floor", { gradient: "none", formula: Math.floor, onnx: "Floor" }));
/** The nearest whole number, halves to the even one. */
export const round = unary(unaryOp("round", { gradient: "none", formula: roundHalfEven, onnx: "Round" }));

function roundHalfEven(x: number): number {
  const nearest = Math.round(x);
  return Math.abs(x % 1) === 0.5 && nearest % 2 !== 0 ? nearest - 1 : nearest;
}

/** Abramowitz & Stegun, Handbook of Mathematical Functions (1964), 7.1.6 (series) and 7.1.14 (continued fraction of erfc). */
function erfOf(x: number): number {
  const z = Math.abs(x);
  if (z < 3) {
    // erf z = 2/√π exp(-z²) Σ 2ⁿ z^(2n+1) / (1·3·…·(2n+1))
    let term = z;
    let total = z;
    for (let n = 1; term > 1e-17 * total; n++) {
      term *= (2 * z * z) / (2 * n + 1);
      total += term;
    }
    return Math.sign(x) * (2 / Math.sqrt(Math.PI)) * Math.exp(-z * z) * total;
  }
  // √π exp(z²) erfc z = 1 / (z + (1/2) / (z + 1 / (z + (3/2) / (z + …))))
  let fraction = z;
  for (let n = 60; n >= 1; n--) fraction = z + n / 2 / fraction;
  return Math.sign(x) * (1 - Math.exp(-z * z) / (Math.sqrt(Math.PI) * fraction));
}
