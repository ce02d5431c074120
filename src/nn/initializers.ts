// Initialisers: the numbers that weights start from. Names, defaults and formulas are Keras'.

import { RecurraError } from "../platform/error.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { Random } from "../tensor/random.ts";
import { formatShape, type Shape, sizeOf } from "../tensor/shape.ts";
import { checkedConfig, checkedNumber, describe, type OptionNames } from "./choice.ts";
import { orthonormalize } from "./orthogonal.ts";

/** The initialisers there are. */
export type InitializerName = InitializerConfig["name"];

/** An initialiser with its options, as a saved model holds it. */
export type InitializerConfig =
  | { readonly name: "zeros" | "ones" }
  /** Default value 0. */
  | { readonly name: "constant"; readonly value?: number }
  /** Uniform in [minval, maxval). Default [-0.05, 0.05). */
  | { readonly name: "randomUniform"; readonly minval?: number; readonly maxval?: number }
  /** Normal; truncated: drawn again beyond two standard deviations. Default mean 0, stddev 0.05. */
  | { readonly name: "randomNormal" | "truncatedNormal"; readonly mean?: number; readonly stddev?: number }
  | ({ readonly name: "varianceScaling" } & VarianceScaling)
  | {
      readonly name:
        | "glorotUniform"
        | "glorotNormal"
        | "heUniform"
        | "heNormal"
        | "lecunUniform"
        | "lecunNormal";
    }
  /** `gain` times a matrix with orthonormal rows or columns. Default gain 1. */
  | { readonly name: "orthogonal"; readonly gain?: number }
  /** `gain` times the identity matrix. Default gain 1. */
  | { readonly name: "identity"; readonly gain?: number };

/** Options of "varianceScaling": the variance is scale / n, n being the number of inputs, outputs, or their mean. */
export interface VarianceScaling {
  /** Default 1. */
  readonly scale?: number;
  /** What n is. Default "fanIn". */
  readonly mode?: "fanIn" | "fanOut" | "fanAvg";
  /** Default "truncatedNormal". */
  readonly distribution?: "truncatedNormal" | "untruncatedNormal" | "uniform";
}

/** A name, a name with options (`{ name: "randomNormal", stddev: 0.1 }`), or a function of one's own that gives float32. */
export type Initializer = InitializerName | InitializerConfig | ((shape: Shape, random: Random) => NdArray);

const optionNames = {
  zeros: [],
  ones: [],
  constant: ["value"],
  randomUniform: ["minval", "maxval"],
  randomNormal: ["mean", "stddev"],
  truncatedNormal: ["mean", "stddev"],
  varianceScaling: ["scale", "mode", "distribution"],
  glorotUniform: [],
  glorotNormal: [],
  heUniform: [],
  heNormal: [],
  lecunUniform: [],
  lecunNormal: [],
  orthogonal: ["gain"],
  identity: ["gain"],
} as const satisfies OptionNames & Record<InitializerName, readonly string[]>;

/**
 * The function that a choice stands for: from a shape and a stream of random numbers to a float32 array.
 *
 * Sources: Glorot & Bengio, AISTATS 2010 (glorot); He et al., ICCV 2015 (he); LeCun et al., "Efficient BackProp", 1998 (lecun);
 * Saxe et al., ICLR 2014 (orthogonal).
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; the function throws `initializer-shape` for a shape that
 *   it cannot fill
 */
export function initializer(choice: Initializer): (shape: Shape, random: Random) => NdArray {
  if (typeof choice === "function") return choice;
  const config = checkedConfig("initializer", choice, optionNames) as InitializerConfig;
  const number = (option: string, value: number) =>
    checkedNumber(`initializer ${config.name}: ${option}`, value, Number.isFinite, "a finite number");
  const positive = (option: string, value: number) =>
    checkedNumber(
      `initializer ${config.name}: ${option}`,
      value,
      (x) => x > 0 && x < Infinity,
      "a positive number",
    );
  switch (config.name) {
    case "zeros":
      return (shape) => NdArray.zeros(shape);
    case "ones":
      return (shape) => NdArray.full(shape, 1);
    case "constant": {
      const value = number("value", config.value ?? 0);
      return (shape) => NdArray.full(shape, value);
    }
    case "randomUniform": {
      const [low, high] = [number("minval", config.minval ?? -0.05), number("maxval", config.maxval ?? 0.05)];
      checkedNumber(`initializer randomUniform: maxval`, high, (x) => x >= low, `at least minval, ${low}`);
      return (shape, random) => random.uniform(shape, low, high);
    }
    case "randomNormal":
    case "truncatedNormal": {
      const mean = number("mean", config.mean ?? 0);
      const stddev = positive("stddev", config.stddev ?? 0.05);
      return config.name === "randomNormal"
        ? (shape, random) => random.normal(shape, mean, stddev)
        : (shape, random) => random.truncatedNormal(shape, mean, stddev);
    }
    case "varianceScaling":
      positive("scale", config.scale ?? 1);
      return varianceScaling(config);
    case "glorotUniform":
      return varianceScaling({ mode: "fanAvg", distribution: "uniform" });
    case "glorotNormal":
      return varianceScaling({ mode: "fanAvg" });
    case "heUniform":
      return varianceScaling({ scale: 2, distribution: "uniform" });
    case "heNormal":
      return varianceScaling({ scale: 2 });
    case "lecunUniform":
      return varianceScaling({ distribution: "uniform" });
    case "lecunNormal":
      return varianceScaling({});
    case "orthogonal": {
      const gain = number("gain", config.gain ?? 1);
      return (shape, random) => orthogonal(shape, random, gain);
    }
    case "identity": {
      const gain = number("gain", config.gain ?? 1);
      return (shape) => identity(shape, gain);
    }
    default:
      throw new TypeError(`no initializer for ${describe(config satisfies never)}`);
  }
}

/**
 * Inputs and outputs of one unit, as Keras counts them: a matrix is [in, out], a convolution kernel [...window, in, out], of which
 * both count once for each place of the window.
 */
export function fansOf(shape: Shape): { readonly fanIn: number; readonly fanOut: number } {
  const last = shape.at(-1) ?? 1;
  const window = sizeOf(shape.slice(0, -2));
  return { fanIn: window * (shape.at(-2) ?? last), fanOut: window * last };
}

/** Standard deviation of a standard normal cut off at ±2. */
const truncatedDeviation = 0.87962566103423978;

function varianceScaling({ scale = 1, mode = "fanIn", distribution = "truncatedNormal" }: VarianceScaling) {
  const count = counts[mode];
  const draw = draws[distribution];
  if (count === undefined || draw === undefined) {
    const [option, value, known] =
      count === undefined ? ["mode", mode, counts] : ["distribution", distribution, draws];
    throw new RecurraError(
      "option-value",
      `initializer varianceScaling: ${option} is one of ${Object.keys(known).join(", ")}, got ${describe(value)}`,
    );
  }
  return (shape: Shape, random: Random) => draw(shape, random, Math.sqrt(scale / Math.max(1, count(shape))));
}

const counts: Readonly<Record<string, (shape: Shape) => number>> = {
  fanIn: (shape) => fansOf(shape).fanIn,
  fanOut: (shape) => fansOf(shape).fanOut,
  fanAvg: (shape) => (fansOf(shape).fanIn + fansOf(shape).fanOut) / 2,
};

/** Draws numbers of mean 0 and the given standard deviation. */
const draws: Readonly<Record<string, (shape: Shape, random: Random, stddev: number) => NdArray>> = {
  truncatedNormal: (shape, random, stddev) => random.truncatedNormal(shape, 0, stddev / truncatedDeviation),
  untruncatedNormal: (shape, random, stddev) => random.normal(shape, 0, stddev),
  uniform: (shape, random, stddev) => random.uniform(shape, -Math.sqrt(3) * stddev, Math.sqrt(3) * stddev),
};

/** All axes but the last are taken for rows; the smaller of rows and columns come out orthonormal, the larger orthogonal. */
function orthogonal(shape: Shape, random: Random, gain: number): NdArray {
  if (shape.length < 2) {
    throw new RecurraError(
      "initializer-shape",
      `initializer orthogonal: wants at least two axes, got ${formatShape(shape)}`,
    );
  }
  const columns = shape.at(-1) ?? 0;
  const rows = sizeOf(shape.slice(0, -1));
  const [long, short] = [Math.max(rows, columns), Math.min(rows, columns)];
  // Drawn as `short` vectors of length `long`, each of which lies in one piece.
  const vectors = orthonormalize(random.normal([short, long], 0, 1, "float64").toFloat64(), long, short);
  const result = NdArray.zeros(shape);
  const values = result.data as Float32Array;
  if (rows < columns) {
    for (let i = 0; i < values.length; i++) values[i] = gain * (vectors[i] ?? 0);
  } else {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        values[row * columns + column] = gain * (vectors[column * long + row] ?? 0);
      }
    }
  }
  return result;
}

function identity(shape: Shape, gain: number): NdArray {
  const [rows, columns] = shape;
  if (shape.length !== 2 || rows === undefined || columns === undefined) {
    throw new RecurraError(
      "initializer-shape",
      `initializer identity: wants a matrix, got ${formatShape(shape)}`,
    );
  }
  const result = NdArray.zeros(shape);
  const values = result.data as Float32Array;
  for (let i = 0; i < Math.min(rows, columns); i++) values[i * columns + i] = gain;
  return result;
}
