// Seeded, counter-based random numbers: the Threefry generator and the distributions drawn from it.

import { RecurraError } from "../platform/error.ts";
import { NdArray } from "./nd-array.ts";
import { checkShape, type Shape, sizeOf } from "./shape.ts";

/**
 * Threefry-2x32 with 20 rounds: a keyed bijection of 64-bit counters whose outputs are random numbers.
 *
 * Source: J. Salmon, M. Moraes, R. Dror, D. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC 2011.
 *
 * @param k0 First 32-bit word of the key.
 * @param k1 Second word of the key.
 * @param c0 First 32-bit word of the counter.
 * @param c1 Second word of the counter.
 * @param out Receives the two random words, at `offset` and `offset + 1`.
 */
export function threefry2x32(
  k0: number,
  k1: number,
  c0: number,
  c1: number,
  out: Uint32Array,
  offset = 0,
): void {
  let [a, b, c] = [k0 | 0, k1 | 0, k0 ^ k1 ^ 0x1bd11bda]; // the key words still to be injected, in turn
  let x = (c0 + a) | 0;
  let y = (c1 + b) | 0;
  for (let group = 1; group <= 5; group++) {
    const odd = (group & 1) === 1;
    x = (x + y) | 0;
    y = x ^ (odd ? (y << 13) | (y >>> 19) : (y << 17) | (y >>> 15));
    x = (x + y) | 0;
    y = x ^ (odd ? (y << 15) | (y >>> 17) : (y << 29) | (y >>> 3));
    x = (x + y) | 0;
    y = x ^ (odd ? (y << 26) | (y >>> 6) : (y << 16) | (y >>> 16));
    x = (x + y) | 0;
    y = x ^ (odd ? (y << 6) | (y >>> 26) : (y << 24) | (y >>> 8));
    x = (x + b) | 0;
    y = (y + c + group) | 0;
    const injected = a;
    a = b;
    b = c;
    c = injected;
  }
  out[offset] = x;
  out[offset + 1] = y;
}

/** What a `Random` needs to continue its stream: the key, and how many draws have been made. */
export interface RandomState {
  readonly key: readonly [number, number];
  readonly block: number;
}

/** The dtypes in which random reals are drawn. */
export type RandomDType = "float32" | "float64";

// Bit 31 of the counter's second word keeps the counters of `fold` apart from those of draws.
const FOLD = 0x80000000;

/**
 * A stream of random numbers. It is counter-based: what the n-th draw gives depends on the seed, n and the number of
 * elements only, so a stream can be split (`fold`), saved (`state`) and drawn in bulk.
 *
 * Words 2i and 2i + 1 of draw number `block` are `threefry2x32(key, [i, block])`. Where values are rejected
 * (`truncatedNormal`, `integers`, `permutation`), one call may take several draws.
 */
export class Random {
  #k0: number;
  #k1: number;
  #block = 0;

  /**
   * @param seed An integer from 0 up (a bigint below 2^64), whose high and low 32 bits are the key, or any text.
   * @throws RecurraError `seed` for a number that is negative, fractional or too large.
   */
  constructor(seed: number | bigint | string) {
    [this.#k0, this.#k1] = typeof seed === "string" ? hashText(seed) : splitSeed(seed);
  }

  /** The stream of a given key, two 32-bit words. */
  static fromKey(k0: number, k1: number): Random {
    const random = new Random(0);
    random.state = { key: [k0, k1], block: 0 };
    return random;
  }

  /** The two 32-bit words that the stream is made from. */
  get key(): readonly [number, number] {
    return [this.#k0, this.#k1];
  }

  /** The key and the number of draws so far. Setting it continues the stream that it was read from. */
  get state(): RandomState {
    return { key: this.key, block: this.#block };
  }

  set state({ key: [k0, k1], block }: RandomState) {
    if (!isWord(k0) || !isWord(k1) || !isWord(block) || block >= FOLD) {
      throw new RecurraError(
        "random-state",
        `Random: state { key: [${k0}, ${k1}], block: ${block} } is none; key words are integers from 0 below 2^32, block below 2^31`,
      );
    }
    this.#k0 = k0;
    this.#k1 = k1;
    this.#block = block;
  }

  /**
   * A derived stream, independent of this one and of those folded from other numbers. Leaves this one as it is, and
   * does not depend on how much has been drawn.
   *
   * @param data What tells the streams apart: a step, a layer's number; an integer from 0 to 2^53 - 1.
   * @throws RecurraError `seed` for any other number.
   */
  fold(data: number): Random {
    const [high, low] = splitSeed(data);
    const [k0, k1] = threefry([this.#k0, this.#k1], low, FOLD + high);
    return Random.fromKey(k0, k1);
  }

  /** The next `count` random 32-bit words: one draw. */
  bits(count: number): Uint32Array {
    checkShape([count], "bits");
    const words = new Uint32Array(count);
    this.#fill(words);
    return words;
  }

  /**
   * Uniform numbers in [low, high), with 24 random bits in float32 and 53 in float64.
   *
   * @param low The lower bound, included.
   * @param high The upper bound, excluded unless it equals `low`.
   * @throws RecurraError `random-argument` unless both bounds are finite and low <= high.
   */
  uniform(shape: Shape, low = 0, high = 1, dtype: RandomDType = "float32"): NdArray {
    check(
      low <= high && Number.isFinite(high - low),
      `uniform: low ${low}, high ${high}; wanted finite numbers, low <= high`,
    );
    const array = zeros(shape, dtype, "uniform");
    const values = array.data as Float32Array | Float64Array;
    const words = wordsOf(values);
    this.#fill(words);
    if (values instanceof Float32Array) {
      for (let i = 0; i < values.length; i++) values[i] = ((words[i] ?? 0) >>> 8) * 2 ** -24;
    } else {
      for (let i = 0; i < values.length; i++) values[i] = bits53(words, i) * 2 ** -53;
    }
    if (low !== 0 || high !== 1) rescale(values, low, high);
    return array;
  }

  /**
   * Normally distributed numbers, by the Box-Muller transform of pairs of uniform numbers (32 bits each in float32, 53
   * in float64).
   *
   * Source: G. Box, M. Muller, "A note on the generation of random normal deviates", Ann. Math. Stat. 29, 1958.
   *
   * @param stddev The standard deviation, from 0 up.
   * @throws RecurraError `random-argument` when mean or stddev is not finite, or stddev is negative.
   */
  normal(shape: Shape, mean = 0, stddev = 1, dtype: RandomDType = "float32"): NdArray {
    checkMoments("normal", mean, stddev);
    checkShape(shape, "normal");
    const size = sizeOf(shape);
    const values = zeros([size + (size % 2)], dtype, "normal").data as Float32Array | Float64Array;
    const words = wordsOf(values);
    this.#fill(words);
    // In (0, 1): the logarithm below needs numbers above zero.
    const unit =
      values instanceof Float32Array
        ? (i: number) => ((words[i] ?? 0) + 0.5) * 2 ** -32
        : (i: number) => (bits53(words, i) + 0.5) * 2 ** -53;
    for (let i = 0; i < size; i += 2) {
      const radius = stddev * Math.sqrt(-2 * Math.log(unit(i)));
      const angle = 2 * Math.PI * unit(i + 1);
      values[i] = mean + radius * Math.cos(angle);
      values[i + 1] = mean + radius * Math.sin(angle);
    }
    return new NdArray(size % 2 === 0 ? values : values.slice(0, size), shape, dtype);
  }

  /**
   * Normally distributed numbers within two standard deviations of the mean; what falls outside is drawn again, as in
   * Keras. `stddev` is that of the normal before truncation: the numbers' own is 0.8796 times that.
   *
   * @throws RecurraError `random-argument` when mean or stddev is not finite, or stddev is negative.
   */
  truncatedNormal(shape: Shape, mean = 0, stddev = 1, dtype: RandomDType = "float32"): NdArray {
    checkMoments("truncatedNormal", mean, stddev);
    const array = this.normal(shape, 0, 1, dtype);
    const values = array.data as Float32Array | Float64Array;
    let outside: number[] = [];
    for (const [i, value] of values.entries()) if (Math.abs(value) > 2) outside.push(i);
    while (outside.length > 0) {
      const redrawn = this.normal([outside.length], 0, 1, dtype).data as Float32Array | Float64Array;
      outside = outside.filter((at, i) => {
        values[at] = redrawn[i] ?? 0;
        return Math.abs(redrawn[i] ?? 0) > 2;
      });
    }
    for (let i = 0; i < values.length; i++) values[i] = mean + stddev * (values[i] ?? 0);
    return array;
  }

  /**
   * Bools that are true with probability `p` each, to a resolution of 2^-32.
   *
   * @throws RecurraError `random-argument` unless 0 <= p <= 1.
   */
  bernoulli(shape: Shape, p: number): NdArray {
    check(p >= 0 && p <= 1, `bernoulli: p is ${p}; wanted a probability from 0 to 1`);
    const array = NdArray.zeros(shape, "bool");
    const threshold = p * 2 ** 32;
    const values = array.data as Uint8Array;
    const words = this.bits(values.length);
    for (let i = 0; i < values.length; i++) values[i] = (words[i] ?? 0) < threshold ? 1 : 0;
    return array;
  }

  /**
   * Whole numbers from `low` to `high - 1`, each equally likely, as int32.
   *
   * @throws RecurraError `random-argument` unless both are integers, -2^31 <= low < high <= 2^31.
   */
  integers(shape: Shape, low: number, high: number): NdArray {
    check(
      Number.isInteger(low) && Number.isInteger(high) && low >= -(2 ** 31) && low < high && high <= 2 ** 31,
      `integers: low ${low}, high ${high}; wanted integers, -2^31 <= low < high <= 2^31`,
    );
    const array = NdArray.zeros(shape, "int32");
    const values = array.data as Int32Array;
    const next = this.#words(values.length);
    for (let i = 0; i < values.length; i++) values[i] = low + below(high - low, next);
    return array;
  }

  /**
   * The numbers 0 to n - 1 in random order, every order equally likely (Fisher-Yates; Knuth, TAOCP 2, algorithm P).
   *
   * @throws RecurraError `random-argument` unless n is an integer from 0 to 2^31.
   */
  permutation(n: number): Int32Array {
    check(
      Number.isInteger(n) && n >= 0 && n <= 2 ** 31,
      `permutation: n is ${n}; wanted an integer from 0 to 2^31`,
    );
    const order = Int32Array.from({ length: n }, (_, i) => i);
    const next = this.#words(Math.max(0, n - 1));
    for (let last = n - 1; last > 0; last--) {
      const chosen = below(last + 1, next);
      const moved = order[last] ?? 0;
      order[last] = order[chosen] ?? 0;
      order[chosen] = moved;
    }
    return order;
  }

  /** One draw: fills `words`. */
  #fill(words: Uint32Array): void {
    const block = this.#block;
    if (block + 1 >= FOLD)
      throw new RecurraError("random-state", "Random: 2^31 draws made; fold() a fresh stream");
    this.#block = block + 1;
    const even = words.length - (words.length % 2);
    for (let i = 0; i < even; i += 2) threefry2x32(this.#k0, this.#k1, i / 2, block, words, i);
    if (even < words.length) words[even] = threefry(this.key, even / 2, block)[0];
  }

  /** A supply of random words: `expected` of them in one draw, more in further draws. */
  #words(expected: number): () => number {
    let words = this.bits(expected);
    let used = 0;
    return () => {
      if (used === words.length) {
        words = this.bits(64);
        used = 0;
      }
      return words[used++] ?? 0;
    };
  }
}

/** The two words of a counter as a pair. */
function threefry(key: readonly [number, number], c0: number, c1: number): [number, number] {
  const out = new Uint32Array(2);
  threefry2x32(key[0], key[1], c0, c1, out);
  return [out[0] ?? 0, out[1] ?? 0];
}

/** A number from 0 to bound - 1, without bias: words from the last, incomplete run of `bound` values are skipped. */
function below(bound: number, next: () => number): number {
  for (;;) {
    const word = next();
    const remainder = word % bound;
    if (word - remainder + bound <= 2 ** 32) return remainder;
  }
}

/** The memory of `values` as 32-bit words: one for each float32, two for each float64. */
function wordsOf(values: Float32Array | Float64Array): Uint32Array {
  return new Uint32Array(values.buffer, values.byteOffset, values.byteLength / 4);
}

/** 53 random bits from the words 2i and 2i + 1. */
function bits53(words: Uint32Array, i: number): number {
  return ((words[2 * i] ?? 0) >>> 5) * 2 ** 26 + ((words[2 * i + 1] ?? 0) >>> 6);
}

/** Stretches values in [0, 1) to [low, high), in place. */
function rescale(values: Float32Array | Float64Array, low: number, high: number): void {
  const [first, end] = values instanceof Float32Array ? [Math.fround(low), Math.fround(high)] : [low, high];
  for (let i = 0; i < values.length; i++) {
    values[i] = low + (high - low) * (values[i] ?? 0);
    if ((values[i] ?? 0) >= end) values[i] = first; // it was rounded up to the excluded bound
  }
}

/** The high and low 32 bits of a seed. */
function splitSeed(seed: number | bigint): [number, number] {
  const fits =
    typeof seed === "bigint" ? seed >= 0n && seed < 2n ** 64n : Number.isSafeInteger(seed) && seed >= 0;
  if (!fits)
    throw new RecurraError(
      "seed",
      `Random: seed ${seed}; wanted an integer from 0 to 2^53 - 1, or a bigint below 2^64`,
    );
  const bits = BigInt(seed);
  return [Number(bits >> 32n), Number(bits & 0xffffffffn)];
}

/** A key made from text: its UTF-16 code units are absorbed one after the other, then their number. */
function hashText(text: string): [number, number] {
  let key: [number, number] = [0, 0];
  for (let i = 0; i < text.length; i++) key = threefry(key, text.charCodeAt(i), i);
  return threefry(key, text.length, FOLD);
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value < 2 ** 32;
}

function zeros(shape: Shape, dtype: RandomDType, what: string): NdArray {
  check(dtype === "float32" || dtype === "float64", `${what}: dtype ${dtype}; wanted float32 or float64`);
  return NdArray.zeros(shape, dtype);
}

function checkMoments(what: string, mean: number, stddev: number): void {
  check(
    Number.isFinite(mean) && Number.isFinite(stddev) && stddev >= 0,
    `${what}: mean ${mean}, stddev ${stddev}; wanted finite numbers, stddev >= 0`,
  );
}

function check(condition: boolean, message: string): void {
  if (!condition) throw new RecurraError("random-argument", message);
}
