// A batch of windows: memory of fixed shape into which windows of series are copied, scaled, one row each.

import { NdArray } from "../../tensor/nd-array.ts";
import type { ScaledColumn, WindowSource } from "./window-source.ts";

/**
 * What is taken from the values of a window, and what they are divided by:
 * - `none`: they stay as they are;
 * - `standard`, `min-max`: location and scale of the whole series;
 * - `window`: its own mean and standard deviation, as RevIN (Kim et al., ICLR 2022) without weights;
 * - `last`: its last value (as NLinear, Zeng et al., AAAI 2023) and its own standard deviation.
 */
export type WindowScaling = (typeof windowScalings)[number];

export const windowScalings = ["none", "standard", "min-max", "last", "window"] as const;

/**
 * The unit in which an error counts in the loss: that of the scaled window, the scale of the whole series, the level of the window
 * (as in sMAPE), or the mean absolute change of the series from season to season (as in MASE).
 */
export type LossUnit = (typeof lossUnits)[number];

export const lossUnits = ["window", "series", "level", "change"] as const;

/** What a window looks like. */
export interface WindowShape {
  /** L: values that the network sees. */
  readonly lookback: number;
  /** H: values that it gives. */
  readonly steps: number;
  /** Steps between the last value seen and the first one given, less one. */
  readonly lead: number;
  /** Covariates known up to the last value, and known ahead. */
  readonly past: number;
  readonly future: number;
  /** What is known of a series as a whole: numbers, and categories. */
  readonly numbers: number;
  readonly categories: number;
  /** Whether the network is told which values are missing or before the beginning. */
  readonly flagged: boolean;
  readonly scaling: WindowScaling;
  readonly lossUnit: LossUnit;
  /** The power of an error in the loss: 2 for squares. */
  readonly power: number;
}

/** Channels beside the values: past covariates, known ones, and the flag. */
export function channelsOf({ past, future, flagged }: WindowShape): number {
  return past + future + (flagged ? 1 : 0);
}

/** The least scale of a window, as a share of that of its series: a window in which nothing moves is divided by it. */
const leastShare = 0.01;

/** Windows in rows. Every `cut` overwrites a row. */
export class WindowBatch {
  /** By the names of the model's inputs. */
  readonly inputs: Readonly<Record<string, NdArray>>;
  /** [N, H] */
  readonly targets: NdArray;
  /** [N, H] What each target counts: 0 where it is missing or out of bounds. */
  readonly weights: NdArray;
  /** [N] What was taken from the values of each window, and what they were divided by. */
  readonly locations: Float64Array;
  readonly scales: Float64Array;
  readonly #shape: WindowShape;
  readonly #channels: number;
  readonly #values: Float32Array;
  readonly #past: Float32Array;
  readonly #future: Float32Array;
  readonly #numbers: Float32Array;
  readonly #categories: readonly Int32Array[];
  readonly #targets: Float32Array;
  readonly #weights: Float32Array;

  constructor(shape: WindowShape, rows: number) {
    const { lookback, steps, future, numbers, categories } = shape;
    this.#shape = shape;
    this.#channels = channelsOf(shape);
    this.#values = new Float32Array(rows * lookback);
    this.#past = new Float32Array(rows * lookback * this.#channels);
    this.#future = new Float32Array(rows * steps * future);
    this.#numbers = new Float32Array(rows * numbers);
    this.#categories = Array.from({ length: categories }, () => new Int32Array(rows));
    this.#targets = new Float32Array(rows * steps);
    this.#weights = new Float32Array(rows * steps);
    this.locations = new Float64Array(rows);
    this.scales = new Float64Array(rows);
    this.inputs = {
      values: new NdArray(this.#values, [rows, lookback]),
      ...(this.#channels === 0 ? {} : { past: new NdArray(this.#past, [rows, lookback, this.#channels]) }),
      ...(future === 0 ? {} : { future: new NdArray(this.#future, [rows, steps, future]) }),
      ...(numbers === 0 ? {} : { numbers: new NdArray(this.#numbers, [rows, numbers]) }),
      ...Object.fromEntries(this.#categories.map((ids, k) => [`category_${k}`, new NdArray(ids, [rows, 1])])),
    };
    this.targets = new NdArray(this.#targets, [rows, steps]);
    this.weights = new NdArray(this.#weights, [rows, steps]);
  }

  /** Copies what is known at `origin`, the position of the last value seen, into a row. */
  cut(row: number, source: WindowSource, origin: number): void {
    const { lookback, flagged } = this.#shape;
    this.#cutValues(row, source, origin);
    const channels = this.#channels;
    if (channels > 0) {
      const start = row * lookback * channels;
      const first = origin - lookback + 1;
      let channel = start;
      for (const column of source.past) copyColumn(column, first, lookback, this.#past, channel++, channels);
      for (const column of source.future)
        copyColumn(column, first, lookback, this.#past, channel++, channels);
      if (flagged) {
        for (let i = 0; i < lookback; i++) {
          const value = first + i < 0 ? Number.NaN : (source.values[first + i] ?? Number.NaN);
          this.#past[channel + i * channels] = !Number.isNaN(value) ? 1 : 0;
        }
      }
    }
    const { steps, lead, future, numbers } = this.#shape;
    for (let f = 0; f < future; f++) {
      const column = source.future[f];
      if (column !== undefined)
        copyColumn(column, origin + 1 + lead, steps, this.#future, row * steps * future + f, future);
    }
    for (let s = 0; s < numbers; s++) this.#numbers[row * numbers + s] = source.numbers[s] ?? 0;
    for (let k = 0; k < this.#categories.length; k++) {
      const ids = this.#categories[k];
      if (ids !== undefined) ids[row] = source.categories[k] ?? 0;
    }
  }

  /** The values, and what they are measured by. What is missing keeps the value before it, or the first one after. */
  #cutValues(row: number, source: WindowSource, origin: number): void {
    const { lookback, scaling } = this.#shape;
    const { values } = source;
    const first = origin - lookback + 1;
    const target = row * lookback;
    let { location, scale } = source;
    if (scaling === "last" || scaling === "window") {
      let [sum, count, last] = [0, 0, location];
      for (let t = Math.max(first, 0); t <= origin; t++) {
        const value = values[t] ?? 0;
        if (Number.isNaN(value)) continue;
        sum += value;
        count++;
        last = value;
      }
      const mean = count === 0 ? location : sum / count;
      let squares = 0;
      for (let t = Math.max(first, 0); t <= origin; t++) {
        const value = values[t] ?? 0;
        if (!Number.isNaN(value)) squares += (value - mean) ** 2;
      }
      location = scaling === "last" ? last : mean;
      scale = Math.max(count === 0 ? 0 : Math.sqrt(squares / count), leastShare * scale);
    }
    const factor = 1 / scale;
    if (first >= 0 && !source.hasGaps) {
      for (let i = 0; i < lookback; i++)
        this.#values[target + i] = ((values[first + i] ?? 0) - location) * factor;
    } else {
      let known = location;
      for (let t = Math.max(first, 0); t <= origin; t++) {
        const value = values[t] ?? 0;
        if (Number.isNaN(value)) continue;
        known = value;
        break;
      }
      for (let i = 0; i < lookback; i++) {
        const value = first + i < 0 ? Number.NaN : (values[first + i] ?? Number.NaN);
        if (!Number.isNaN(value)) known = value;
        this.#values[target + i] = (known - location) * factor;
      }
    }
    this.locations[row] = location;
    this.scales[row] = scale;
  }

  /** Copies the values after `origin` and before `end` into a row that was cut there. */
  cutTargets(row: number, source: WindowSource, origin: number, end: number): void {
    const { steps, lead } = this.#shape;
    const { values } = source;
    const location = this.locations[row] ?? 0;
    const factor = 1 / (this.scales[row] ?? 1);
    const weight = this.#weightOf(row, source, origin);
    for (let h = 0; h < steps; h++) {
      const t = origin + 1 + lead + h;
      const value = t < end ? (values[t] ?? Number.NaN) : Number.NaN;
      const known = !Number.isNaN(value);
      this.#targets[row * steps + h] = known ? (value - location) * factor : 0;
      this.#weights[row * steps + h] = known ? weight : 0;
    }
  }

  /** (scale / unit) to the power of an error in the loss. */
  #weightOf(row: number, source: WindowSource, origin: number): number {
    const { lossUnit, power, lookback } = this.#shape;
    if (lossUnit === "window") return 1;
    let unit = lossUnit === "series" ? source.scale : source.change;
    // An error of a logarithm is a share of the level already.
    if (lossUnit === "level" && source.isLog) unit = 1;
    else if (lossUnit === "level") {
      let [sum, count] = [0, 0];
      for (let t = Math.max(origin - lookback + 1, 0); t <= origin; t++) {
        const value = source.values[t] ?? 0;
        if (Number.isNaN(value)) continue;
        sum += Math.abs(value);
        count++;
      }
      unit = count === 0 ? 0 : sum / count;
    }
    const ratio = unit > 0 ? (this.scales[row] ?? 1) / unit : 1;
    return power === 1 ? ratio : ratio ** power;
  }
}

/** Copies scaled numbers from `first` on to every `stride`-th place; what is missing becomes 0, their location. */
function copyColumn(
  { values, location, scale }: ScaledColumn,
  first: number,
  count: number,
  target: Float32Array,
  start: number,
  stride: number,
): void {
  const factor = 1 / scale;
  for (let i = 0; i < count; i++) {
    const value = first + i < 0 ? Number.NaN : (values[first + i] ?? Number.NaN);
    target[start + i * stride] = !Number.isNaN(value) ? (value - location) * factor : 0;
  }
}
