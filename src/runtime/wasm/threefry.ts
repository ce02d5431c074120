// Kernels that fill arrays from Threefry-2x32 random words, four counters at once.

import { item } from "../../graph/op.ts";
import {
  type Code,
  f32,
  i32,
  i32x4,
  instantiate,
  type Local,
  op,
  repeat,
  shuffle,
  shuffleLanes,
  store,
  storeLane,
  type ValueType,
  wasmFunction,
  when,
} from "./module.ts";

type DeclareLocal = (type: ValueType) => Local;

/** How far the second word is rotated in the 20 rounds. Source: see threefry2x32 in tensor/random.ts. */
const CYCLE = [13, 15, 26, 6, 17, 29, 16, 24];
const ROTATIONS = [...CYCLE, ...CYCLE, ...CYCLE.slice(0, 4)];

function rotateLeft(x: Code, bits: number): Code {
  if (bits % 8 !== 0)
    return op("v128.or", op("i32x4.shl", x, i32(bits)), op("i32x4.shr_u", x, i32(32 - bits)));
  // Whole bytes: each comes from the one so many places lower in its lane.
  const bytes = Array.from({ length: 16 }, (_, i) => (i & ~3) | ((i - bits / 8) & 3));
  return shuffle(bytes, x, x);
}

/** Where and from what an array is filled: parameters of the function. */
interface Target {
  /** Address in bytes; moved. */
  readonly address: Local;
  /** Elements of 32 bits each. */
  readonly length: Local;
  readonly key0: Local;
  readonly key1: Local;
}

/** The vectors of elements that a group of eight words becomes. */
interface Group {
  /** What is to be done first. */
  readonly before?: readonly Code[];
  /** In order; 1, 2, 4, … of them. */
  readonly elements: readonly Code[];
}

/**
 * Fills an array with what a formula makes of random words, eight at a time. The words 2i and 2i + 1 are those of counter [i, 0], as
 * in the first draw of `Random.fromKey(key0, key1)`.
 *
 * @param formula Makes a group of two vectors of four words, in order. `redraw` puts in their place the words of the counters
 *   [i, 1], those of the second draw.
 */
function fillFrom(
  { address, length, key0, key1 }: Target,
  local: DeclareLocal,
  formula: (words: readonly [Code, Code], redraw: readonly Code[]) => Group,
): Code[] {
  const once: Code[] = [];
  const splat = (value: Code): Code => {
    const vector = local("v128");
    once.push(vector.set(op("i32x4.splat", value)));
    return vector.get;
  };
  const [counter, x, y, groups] = [local("v128"), local("v128"), local("v128"), local("i32")];
  const step = splat(i32(4));

  const key2 = op("i32.xor", op("i32.xor", key0.get, key1.get), i32(0x1bd11bda));
  const keys = [key0.get, key1.get, key2];
  // The key words as they are injected: in turn, the second one of each pair with the number of the injection added.
  const injected = Array.from({ length: 6 }, (_, i) => [
    splat(item(keys, i % 3)),
    splat(op("i32.add", item(keys, (i + 1) % 3), i32(i))),
  ]);
  const draw = (block: number) => {
    const rounds: Code[] = [x.set(counter.get), y.set(i32x4(block, block, block, block))];
    const inject = (injection: number) => {
      const [first, second] = item(injected, injection) as [Code, Code];
      rounds.push(x.set(op("i32x4.add", x.get, first)), y.set(op("i32x4.add", y.get, second)));
    };
    inject(0);
    for (const [round, bits] of ROTATIONS.entries()) {
      rounds.push(x.set(op("i32x4.add", x.get, y.get)));
      rounds.push(y.set(op("v128.xor", x.get, rotateLeft(y.get, bits))));
      if (round % 4 === 3) inject((round + 1) / 4);
    }
    return rounds;
  };

  // The first words x0 x1 x2 x3 and the second ones y0 y1 y2 y3 -> x0 y0 x1 y1 and x2 y2 x3 y3 -> elements.
  const words = [shuffleLanes([0, 4, 1, 5], x.get, y.get), shuffleLanes([2, 6, 3, 7], x.get, y.get)] as const;
  const { before = [], elements } = formula(words, draw(1));
  const prepare = [...draw(0), ...before];
  const group = 4 * elements.length;
  const storeAll = (vectors: readonly Code[]) =>
    vectors.map((vector, i) => store("v128.store", address.get, vector, 16 * i));
  const ifLeft = (count: number, ...body: readonly Code[]) =>
    when(op("i32.and", length.get, i32(count)), ...body);
  const left = elements.map(() => local("v128"));
  return [
    ...once,
    counter.set(i32x4(0, 1, 2, 3)),
    groups.set(op("i32.shr_u", length.get, i32(Math.log2(group)))),
    repeat(
      groups,
      ...prepare,
      ...storeAll(elements),
      counter.set(op("i32x4.add", counter.get, step)),
      address.advance(4 * group),
    ),
    // Less than a group is left: its binary digits say how many vectors and lanes.
    ifLeft(
      group - 1,
      ...prepare,
      ...left.map((vector, i) => vector.set(item(elements, i))),
      ...halvings(left.length).map((count) =>
        ifLeft(
          4 * count,
          ...storeAll(left.slice(0, count).map((vector) => vector.get)),
          address.advance(16 * count),
          ...left.slice(count, 2 * count).map((vector, i) => item(left, i).set(vector.get)),
        ),
      ),
      ifLeft(
        2,
        storeLane("v128.store64_lane", 0, address.get, item(left).get),
        address.advance(8),
        item(left).set(shuffleLanes([2, 3, 2, 3], item(left).get, item(left).get)),
      ),
      ifLeft(1, storeLane("v128.store32_lane", 0, address.get, item(left).get)),
    ),
  ];
}

/** n/2, n/4, … 1 for a power of two. */
function halvings(n: number): number[] {
  return n < 2 ? [] : [n / 2, ...halvings(n / 2)];
}

/**
 * Which elements are kept, a byte of all ones for each: where its byte of the random words is above `high`, or equal to it and the
 * byte of the second draw at least `low`. That is only drawn where some byte is equal, one time in eight.
 */
function keptBytes(high: Local, low: Local, local: DeclareLocal) {
  const [least, finer, any] = [local("v128"), local("v128"), local("i32")];
  const masks = [local("v128"), local("v128")];
  const ties = [local("v128"), local("v128")];
  const each = (body: (mask: Local, tie: Local, words: Code) => Code, words: readonly Code[]) =>
    masks.map((mask, i) => body(mask, item(ties, i), item(words, i)));
  return {
    once: [least.set(op("i8x16.splat", high.get)), finer.set(op("i8x16.splat", low.get))],
    masks,
    compare: (words: readonly Code[], redraw: readonly Code[]): Code[] => [
      ...each((mask, _, word) => mask.set(op("i8x16.ge_u", word, least.get)), words),
      when(
        low.get,
        ...each((_, tie, word) => tie.set(op("i8x16.eq", word, least.get)), words),
        any.set(op("v128.any_true", op("v128.or", item(ties).get, item(ties, 1).get))),
        when(
          any.get,
          ...redraw,
          ...each((mask, tie, word) => {
            const lost = op("v128.and", tie.get, op("i8x16.lt_u", word, finer.get));
            return mask.set(op("v128.andnot", mask.get, lost));
          }, words),
        ),
      ),
    ],
  };
}

/** Floats: `kept`, or 0. */
const keep = wasmFunction(
  "keep",
  ["i32", "i32", "i32", "i32", "i32", "i32", "f32"],
  undefined,
  ([address, length, key0, key1, high, low, kept], local) => {
    const value = local("v128");
    const { once, masks, compare } = keptBytes(high, low, local);
    const wide = (mask: Code): Code[] =>
      (["i16x8.extend_low_i8x16_s", "i16x8.extend_high_i8x16_s"] as const).flatMap((half) =>
        (["i32x4.extend_low_i16x8_s", "i32x4.extend_high_i16x8_s"] as const).map((quarter) =>
          op("v128.and", value.get, op(quarter, op(half, mask))),
        ),
      );
    return [
      ...once,
      value.set(op("f32x4.splat", kept.get)),
      ...fillFrom({ address, length, key0, key1 }, local, (words, redraw) => ({
        before: compare(words, redraw),
        elements: masks.flatMap((mask) => wide(mask.get)),
      })),
    ];
  },
);

/** Bytes: 1, or 0. The length is in groups of four. */
const keepBytes = wasmFunction(
  "keepBytes",
  ["i32", "i32", "i32", "i32", "i32", "i32"],
  undefined,
  ([address, length, key0, key1, high, low], local) => {
    const one = local("v128");
    const { once, masks, compare } = keptBytes(high, low, local);
    return [
      ...once,
      one.set(op("i8x16.splat", i32(1))),
      ...fillFrom({ address, length, key0, key1 }, local, (words, redraw) => ({
        before: compare(words, redraw),
        elements: masks.map((mask) => op("v128.and", mask.get, one.get)),
      })),
    ];
  },
);

/** low + range · u in float64 for the uniform number u made of a word's upper 24 bits; `low32` in place of what rounds up to `end32`. */
const uniform = wasmFunction(
  "uniform",
  ["i32", "i32", "i32", "i32", "f64", "f64", "f32", "f32"],
  undefined,
  ([address, length, key0, key1, low, range, low32, end32], local) => {
    const [first, factor, start, end] = [local("v128"), local("v128"), local("v128"), local("v128")];
    const [unit, value] = [local("v128"), local("v128")];
    const scaled = (pair: Code) =>
      op(
        "f32x4.demote_f64x2_zero",
        op("f64x2.add", first.get, op("f64x2.mul", factor.get, op("f64x2.promote_low_f32x4", pair))),
      );
    const upper = shuffleLanes([2, 3, 2, 3], unit.get, unit.get);
    return [
      first.set(op("f64x2.splat", low.get)),
      factor.set(op("f64x2.splat", range.get)),
      start.set(op("f32x4.splat", low32.get)),
      end.set(op("f32x4.splat", end32.get)),
      ...fillFrom({ address, length, key0, key1 }, local, (words) => ({
        elements: words.map((four) => {
          const integer = op("f32x4.convert_i32x4_s", op("i32x4.shr_u", four, i32(8)));
          return [
            unit.set(op("f32x4.mul", integer, op("f32x4.splat", f32(2 ** -24)))),
            value.set(shuffleLanes([0, 1, 4, 5], scaled(unit.get), scaled(upper))),
            op("v128.bitselect", start.get, value.get, op("f32x4.ge", value.get, end.get)),
          ];
        }),
      })),
    ];
  },
);

/** Kernels that fill arrays in a memory; offsets are in bytes, lengths in floats or groups of four bytes. */
export function randomKernels(memory: WebAssembly.Memory) {
  return instantiate([keep, keepBytes, uniform], memory);
}
