// Code over rows of float32 matrices, four lanes at a time: how rows are laid out, dot products, sums, updates.

import {
  type Code,
  f32,
  i32,
  type Local,
  load,
  op,
  shuffleLanes,
  store,
  type ValueType,
  whilst,
} from "../../runtime/wasm/module.ts";

/** Declares a local variable of a function. */
export type DeclareLocal = (type: ValueType) => Local;

/** Bytes in a vector of four floats. */
export const VECTOR = 16;

const LONGEST_UNROLLED = 32;

/** How a row lies in memory: `blocks` times `unrolled` vectors of four floats, the last of which may be filled up with zeros. */
export interface RowShape {
  readonly unrolled: number;
  readonly blocks: number;
  /** Bytes from one row to the next. */
  readonly stride: number;
}

/** The row shape for `width` floats: code for up to 32 vectors is written out, for more of them it loops over equal parts. */
export function rowShape(width: number): RowShape {
  const vectors = Math.ceil(width / 4);
  const blocks = Math.ceil(vectors / LONGEST_UNROLLED);
  const unrolled = Math.ceil(vectors / blocks);
  return { unrolled, blocks, stride: blocks * unrolled * VECTOR };
}

/**
 * Runs the body for each vector of a row, with its offset in bytes: written out, or in a loop where the row is long. The loop moves
 * the pointers along, and back to the beginnings of their rows at the end.
 */
export function eachVector(
  shape: RowShape,
  pointers: readonly Local[],
  local: DeclareLocal,
  body: (offset: number) => readonly Code[],
): Code[] {
  const { unrolled, blocks, stride } = shape;
  const code = Array.from({ length: unrolled }, (_, i) => body(VECTOR * i));
  if (blocks === 1) return code;
  const left = local("i32");
  return [
    left.set(i32(blocks)),
    whilst(
      left.get,
      ...code,
      ...pointers.map((pointer) => pointer.advance(VECTOR * unrolled)),
      left.advance(-1),
    ),
    ...pointers.map((pointer) => pointer.advance(-stride)),
  ];
}

/** a·b + c */
export function madd(a: Code, b: Code, c: Code): Code {
  return op("f32x4.add", op("f32x4.mul", a, b), c);
}

/**
 * Dot products of one row with up to four others.
 *
 * @param rest what lanes without a row are to hold
 * @returns the statements, and an expression of the four results: [row · others[0], …]
 */
export function dots(
  shape: RowShape,
  row: Local,
  others: readonly Local[],
  rest: number,
  local: DeclareLocal,
): { readonly code: Code[]; readonly result: Code } {
  // Two sums for each row where there are few, so that an addition need not wait for the one before it.
  const ways = others.length > 2 ? 1 : 4 / others.length;
  const sums = others.map(() => Array.from({ length: ways }, () => local("v128")));
  const vector = local("v128");
  let at = 0;
  const code = [
    ...sums.flat().map((sum) => sum.set(op("f32x4.splat", f32(0)))),
    ...eachVector(shape, [row, ...others], local, (offset) => {
      const way = at++ % ways;
      return [
        vector.set(load("v128.load", row.get, offset)),
        ...others.map((other, i) => {
          const sum = sums[i]?.[way] as Local;
          return sum.set(madd(vector.get, load("v128.load", other.get, offset), sum.get));
        }),
      ];
    }),
  ];
  const totals = sums.map((parts) => parts.map((part) => part.get).reduce((a, b) => op("f32x4.add", a, b)));
  while (totals.length < 4) totals.push(op("f32x4.splat", f32(rest / 4)));
  return { code, result: sumLanes(totals, local, code) };
}

/** The sums over the lanes of four vectors, as one vector. Adds what must be computed before to the code. */
function sumLanes(vectors: readonly Code[], local: DeclareLocal, code: Code[]): Code {
  const [a, b, c, d] = vectors.map((vector) => {
    const kept = local("v128");
    code.push(kept.set(vector));
    return kept.get;
  }) as [Code, Code, Code, Code];
  const [ab, cd] = [local("v128"), local("v128")];
  const pair = (x: Code, y: Code) =>
    op("f32x4.add", shuffleLanes([0, 4, 1, 5], x, y), shuffleLanes([2, 6, 3, 7], x, y));
  code.push(ab.set(pair(a, b)), cd.set(pair(c, d))); // [a02, b02, a13, b13]
  return op(
    "f32x4.add",
    shuffleLanes([0, 1, 4, 5], ab.get, cd.get),
    shuffleLanes([2, 3, 6, 7], ab.get, cd.get),
  );
}

/** target += source, over a row. */
export function addRow(shape: RowShape, target: Local, source: Local, local: DeclareLocal): Code[] {
  return eachVector(shape, [target, source], local, (offset) => [
    store(
      "v128.store",
      target.get,
      op("f32x4.add", load("v128.load", target.get, offset), load("v128.load", source.get, offset)),
      offset,
    ),
  ]);
}

/** row = factor · row, for a vector of equal lanes. */
export function scaleRow(shape: RowShape, row: Local, factor: Local, local: DeclareLocal): Code[] {
  return eachVector(shape, [row], local, (offset) => [
    store("v128.store", row.get, op("f32x4.mul", load("v128.load", row.get, offset), factor.get), offset),
  ]);
}

/** row = 0 */
export function clearRow(shape: RowShape, row: Local, local: DeclareLocal): Code[] {
  const zero = local("v128");
  return eachVector(shape, [row], local, (offset) => [store("v128.store", row.get, zero.get, offset)]);
}
