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

/**
 * Fills an array with what a formula makes of random words, eight at a time. The words 2i and 2i + 1 are those of counter [i, 0], as
 * in the first draw of `Random.fromKey(key0, key1)`.
 *
 * @param formula Makes vectors of elements, in order, of a vector of four words: as many for one as for another, one or two.
 */
function fillFrom(
  { address, length, key0, key1 }: Target,
  local: DeclareLocal,
  formula: (words: Code) => readonly Code[],
): Code[] {
  const once: Code[] = [];
  const splat = (value: Code): Code => {
    const vector = local("v128");
    once.push(vector.set(op("i32x4.splat", value)));
    return vector.get;
  };
  const [counter, x, y, groups] = [local("v128"), local("v128"), local("v128"), local("i32")];
  const step = splat(i32(4));

  const rounds: Code[] = [x.set(counter.get), y.set(i32x4(0, 0, 0, 0))];
  const key2 = op("i32.xor", op("i32.xor", key0.get, key1.get), i32(0x1bd11bda));
  let [a, b, c]: [Code, Code, Code] = [key0.get, key1.get, key2]; // the key words still to be injected, in turn
  const inject = (injection: number) => {
    rounds.push(x.set(op("i32x4.add", x.get, splat(a))));
    rounds.push(y.set(op("i32x4.add", y.get, splat(op("i32.add", b, i32(injection))))));
    [a, b, c] = [b, c, a];
  };
  inject(0);
  for (const [round, bits] of ROTATIONS.entries()) {
    rounds.push(x.set(op("i32x4.add", x.get, y.get)));
    rounds.push(y.set(op("v128.xor", x.get, rotateLeft(y.get, bits))));
    if (round % 4 === 3) inject((round + 1) / 4);
  }

  // The first words x0 x1 x2 x3 and the second ones y0 y1 y2 y3 -> x0 y0 x1 y1 and x2 y2 x3 y3 -> elements.
  const elements = [
    shuffleLanes([0, 4, 1, 5], x.get, y.get),
    shuffleLanes([2, 6, 3, 7], x.get, y.get),
  ].flatMap(formula);
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
      ...rounds,
      ...storeAll(elements),
      counter.set(op("i32x4.add", counter.get, step)),
      address.advance(4 * group),
    ),
    // Less than a group is left: its binary digits say how many vectors and lanes.
    ifLeft(
      group - 1,
      ...rounds,
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

/** An element is `kept` where its 16 bits of the random words are at least `threshold`, else 0. */
const keep = wasmFunction(
  "keep",
  ["i32", "i32", "i32", "i32", "i32", "f32"],
  undefined,
  ([address, length, key0, key1, threshold, kept], local) => {
    const [least, value, mask] = [local("v128"), local("v128"), local("v128")];
    return [
      least.set(op("i16x8.splat", threshold.get)),
      value.set(op("f32x4.splat", kept.get)),
      ...fillFrom({ address, length, key0, key1 }, local, (words) => [
        op(
          "v128.and",
          value.get,
          op("i32x4.extend_low_i16x8_s", mask.tee(op("i16x8.ge_u", words, least.get))),
        ),
        op("v128.and", value.get, op("i32x4.extend_high_i16x8_s", mask.get)),
      ]),
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
      ...fillFrom({ address, length, key0, key1 }, local, (words) => {
        const integer = op("f32x4.convert_i32x4_s", op("i32x4.shr_u", words, i32(8)));
        return [
          [
            unit.set(op("f32x4.mul", integer, op("f32x4.splat", f32(2 ** -24)))),
            value.set(shuffleLanes([0, 1, 4, 5], scaled(unit.get), scaled(upper))),
            op("v128.bitselect", start.get, value.get, op("f32x4.ge", value.get, end.get)),
          ],
        ];
      }),
    ];
  },
);

/** Kernels that fill float32 arrays in a memory; offsets are in bytes, lengths in floats. */
export function randomKernels(memory: WebAssembly.Memory) {
  return instantiate([keep, uniform], memory);
}
