// FordA: does the noise of an engine tell of a fault? 500 measurements a row, two classes (Dau et al., UCR archive, 2018).

import { type NdArray, ndarray, Random } from "recurra";
import { options, readData } from "./support.ts";

export interface Labelled {
  /** [N, 500, 1] */
  readonly x: NdArray;
  /** [N], 0 or 1 */
  readonly y: NdArray;
}

function read(name: string): Labelled {
  const rows = readData(`ucr/${name}`)
    .trim()
    .split("\n")
    .map((line) => line.split("\t").map(Number));
  return {
    x: ndarray(rows.map(([, ...values]) => values.map((value) => [value]))),
    y: ndarray(
      rows.map(([label]) => (label === 1 ? 1 : 0)),
      { dtype: "int32" },
    ),
  };
}

export interface FordA {
  readonly training: Labelled;
  /** A fifth of the training rows, held out for early stopping. */
  readonly validation: Labelled;
  readonly test: Labelled;
}

/**
 * The parts of FordA that are at hand: the 1,319 rows of the larger file are trained on, but for a fifth that is drawn at random and
 * held out for early stopping; the 577 rows of the smaller file are the test. With --quick, a few rows of each.
 */
export function fordA(): FordA {
  const all = read("FordA_TEST_part.tsv.gz");
  const test = read("FordA_TRAIN_part.tsv.gz");
  const count = all.y.size;
  const order = new Random(0).permutation(count);
  const held = Math.round(count / 5);
  const part = (from: number, to: number) => take(all, order.subarray(from, to));
  if (options.quick)
    return {
      training: part(32, 96),
      validation: part(0, 32),
      test: take(
        test,
        Int32Array.from({ length: 32 }, (_, i) => i),
      ),
    };
  return { training: part(held, count), validation: part(0, held), test };
}

function take({ x, y }: Labelled, rows: Int32Array): Labelled {
  return { x: x.takeRows(rows), y: y.takeRows(rows) };
}
