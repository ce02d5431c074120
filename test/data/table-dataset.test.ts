// tableDataset: which rows and windows of a table meet in batches, in which order, and what is refused, by row and column.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { sqlText, withDuckdb } from "../../src/data/duckdb.ts";
import { type TableDatasetOptions, tableDataset } from "../../src/data/table-dataset.ts";
import { prefetch } from "../../src/model/datasets/prefetch.ts";
import { sequential } from "../../src/model/sequential.ts";
import type { Dataset } from "../../src/model/source.ts";
import { layers } from "../../src/nn/layers/index.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import { weightsOf } from "../model/support/data.ts";
import { readBatches } from "../model/support/read-batches.ts";

let folder: string;
/** 100 rows: n from 0 up, half of it, whether it is even, a text, the store of ten rows each; as CSV and as Parquet. */
let csv: string;
let parquet: string;

async function fileOf(name: string, content: string | Uint8Array): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
}

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-table-dataset-"));
  const lines = Array.from(
    { length: 100 },
    (_, n) => `${n},${n / 2},${n % 2 === 0},row ${n},store ${Math.floor(n / 10)}`,
  );
  csv = await fileOf("rows.csv", `n,half,even,name,store\n${lines.join("\n")}\n`);
  parquet = join(folder, "rows.parquet");
  await withDuckdb((connection) =>
    connection.run(`COPY (SELECT * FROM ${sqlText(csv)}) TO ${sqlText(parquet)} (FORMAT parquet)`),
  );
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(dataset: Dataset, epoch = 0) {
  const nested = (data: unknown) => {
    if (data instanceof NdArray) return data.toNested();
    if (typeof data !== "object") return data;
    return Object.fromEntries(
      Object.entries(data as object).map(([name, part]) => [name, (part as NdArray).toNested()]),
    );
  };
  const batches = await readBatches(dataset.batches(epoch));
  return batches.map(({ x, y, sampleWeight }) => ({
    x: nested(x),
    y: nested(y),
    weights: nested(sampleWeight),
  }));
}

/** The first column of x of all batches, one after the other. */
async function order(
  source: string,
  options: Partial<TableDatasetOptions> = {},
  epoch = 0,
): Promise<number[]> {
  const batches = await read(await tableDataset(source, { x: "n", ...options }), epoch);
  return batches.flatMap(({ x }) => (x as number[][]).flat());
}

const inOrder = Array.from({ length: 100 }, (_, n) => n);

describe("arrays of a batch", () => {
  test("columns by name, and weights", async () => {
    const dataset = await tableDataset(csv, {
      x: ["n", "half"],
      y: ["even"],
      sampleWeight: "half",
      batchSize: 2,
      shuffle: "none",
    });
    const [first, second] = await read(dataset);
    expect(first).toEqual({
      x: [
        [0, 0],
        [1, 0.5],
      ],
      y: [[1], [0]],
      weights: [0, 0.5],
    });
    expect(second).toEqual({
      x: [
        [2, 1],
        [3, 1.5],
      ],
      y: [[1], [0]],
      weights: [1, 1.5],
    });
  });

  test("several inputs and outputs", async () => {
    const dataset = await tableDataset(csv, {
      x: { a: ["half", "n"], b: "n" },
      y: { c: "even" },
      batchSize: 2,
      shuffle: "none",
    });
    expect((await read(dataset))[1]).toEqual({
      x: {
        a: [
          [1, 2],
          [1.5, 3],
        ],
        b: [[2], [3]],
      },
      y: { c: [[1], [0]] },
      weights: undefined,
    });
  });

  test("the last one is smaller, or left out", async () => {
    const sizes = async (dropRemainder: boolean) => {
      const dataset = await tableDataset(csv, { x: "n", batchSize: 30, dropRemainder });
      return (await read(dataset)).map(({ x }) => (x as number[][]).length);
    };
    expect(await sizes(false)).toEqual([30, 30, 30, 10]);
    expect(await sizes(true)).toEqual([30, 30, 30]);
  });
});

describe("sources", () => {
  const records = [
    { n: 1, y: true },
    { n: 2.5, y: false },
  ];
  const wanted = [{ x: [[1], [2.5]], y: [[1], [0]], weights: undefined }];
  const options = { x: "n", y: "y", shuffle: "none" } as const;

  test.each<[string, string, string | Uint8Array]>([
    ["CSV with semicolons", "a.csv", "n;y\n1;true\n2.5;false\n"],
    ["CSV packed with gzip", "a.csv.gz", gzipSync("n,y\n1,true\n2.5,false\n")],
    ["numbers as text", "quoted.csv", 'n,y,z\n"1",true,a\n"2.5",false,b\n'],
    ["JSON", "a.json", JSON.stringify(records)],
    ["JSON lines", "a.jsonl", records.map((record) => JSON.stringify(record)).join("\n")],
  ])("%s", async (_, name, content) => {
    expect(await read(await tableDataset(await fileOf(name, content), options))).toEqual(wanted);
  });

  test("Parquet", async () => {
    const [first] = await read(
      await tableDataset(parquet, { x: "half", y: "even", batchSize: 2, shuffle: "none" }),
    );
    expect(first).toEqual({ x: [[0], [0.5]], y: [[1], [0]], weights: undefined });
  });

  test("SQL, with a comment at its end", async () => {
    const sql = `SELECT n * 10 AS n, even AS y FROM ${sqlText(csv)} WHERE n IN (3, 4) ORDER BY n DESC -- the last first`;
    expect(await read(await tableDataset({ sql }, options))).toEqual([
      { x: [[40], [30]], y: [[1], [0]], weights: undefined },
    ]);
  });

  test("text of nothing but numbers", async () => {
    const sql = "SELECT * FROM (VALUES ('1', true), ('2.5', false)) AS t(n, y)";
    expect(await read(await tableDataset({ sql }, options))).toEqual(wanted);
  });
});

describe("chunks", () => {
  test.each([1, 7, 50, 100, 1000])("of %i rows leave the order as it is", async (chunkRows) => {
    for (const source of [csv, parquet])
      expect(await order(source, { shuffle: "none", chunkRows, batchSize: 8 })).toEqual(inOrder);
  });

  test("rows are shuffled within them", async () => {
    const found = await order(csv, { chunkRows: 25, batchSize: 8 });
    expect(found).not.toEqual(inOrder);
    for (let start = 0; start < 100; start += 25) {
      const rows = found.slice(start, start + 25);
      expect(rows.toSorted((a, b) => a - b)).toEqual(inOrder.slice(start, start + 25));
      expect(rows).not.toEqual(inOrder.slice(start, start + 25));
    }
  });

  test("of a Parquet file come in a new order themselves", async () => {
    const found = await order(parquet, { chunkRows: 10, batchSize: 8 });
    expect(found.toSorted((a, b) => a - b)).toEqual(inOrder);
    const chunks = Array.from(
      { length: 10 },
      (_, i) => new Set(found.slice(10 * i, 10 * i + 10).map((n) => Math.floor(n / 10))),
    );
    expect(chunks.map(({ size }) => size)).toEqual(new Array(10).fill(1));
    expect(chunks.flatMap((set) => [...set])).not.toEqual(inOrder.slice(0, 10));
  });

  test("the order follows from the seed and the epoch", async () => {
    for (const source of [csv, parquet]) {
      const of = (seed: number, epoch: number) => order(source, { chunkRows: 25, seed }, epoch);
      const first = await of(1, 0);
      expect(await of(1, 0)).toEqual(first);
      expect(await of(1, 1)).not.toEqual(first);
      expect(await of(2, 0)).not.toEqual(first);
    }
  });
});

describe("windows", () => {
  /** The windows of the table by their first row, found by hand. */
  const windowsAt = (starts: readonly number[], length: number, ahead: number) =>
    starts.map((start) => ({
      x: Array.from({ length }, (_, step) => [start + step]),
      y: [(start + length - 1 + ahead) / 2],
    }));

  async function readWindows(source: string, options: Partial<TableDatasetOptions>) {
    const dataset = await tableDataset(source, { x: "n", y: "half", batchSize: 7, ...options });
    const batches = await read(dataset);
    const windows = batches.flatMap(({ x, y }) =>
      (x as number[][][]).map((window, i) => ({ x: window, y: (y as number[][])[i] })),
    );
    return { windows, steps: dataset.steps };
  }

  test.each([1, 3, 10, 33, 1000])("reach over chunks of %i rows", async (chunkRows) => {
    for (const source of [csv, parquet]) {
      const { windows } = await readWindows(source, {
        shuffle: "none",
        chunkRows,
        windows: { length: 5, ahead: 2 },
      });
      expect(windows).toEqual(windowsAt(inOrder.slice(0, 94), 5, 2));
    }
  });

  test.each([10, 33])("shuffled, in chunks of %i rows, are the same ones", async (chunkRows) => {
    for (const source of [csv, parquet]) {
      const { windows } = await readWindows(source, { chunkRows, windows: { length: 5, stride: 3 } });
      const sorted = windows.toSorted((a, b) => (a.x[0]?.[0] ?? 0) - (b.x[0]?.[0] ?? 0));
      expect(sorted).toEqual(
        windowsAt(
          inOrder.filter((n) => n % 3 === 0 && n + 5 < 100),
          5,
          1,
        ),
      );
      expect(windows).not.toEqual(sorted);
    }
  });

  test("stay within one series", async () => {
    for (const source of [csv, parquet]) {
      const { windows } = await readWindows(source, {
        shuffle: "none",
        chunkRows: 15,
        windows: { length: 4, by: "store" },
      });
      expect(windows).toEqual(
        windowsAt(
          inOrder.filter((n) => n % 10 < 6),
          4,
          1,
        ),
      );
    }
  });

  test("of one row keep their axis; targets may stand in the window's last row", async () => {
    const { windows } = await readWindows(csv, { shuffle: "none", windows: { length: 1, ahead: 0 } });
    expect(windows).toEqual(windowsAt(inOrder, 1, 0));
  });

  test("weights are those of the target's row", async () => {
    const dataset = await tableDataset(csv, {
      x: "n",
      y: "half",
      sampleWeight: "n",
      batchSize: 2,
      shuffle: "none",
      windows: { length: 3 },
    });
    expect((await read(dataset))[0]?.weights).toEqual([3, 4]);
  });
});

describe("steps", () => {
  test.each<[string, Partial<TableDatasetOptions>, number]>([
    ["rows", {}, 15],
    ["whole batches", { dropRemainder: true }, 14],
    ["windows", { windows: { length: 5, stride: 3 } }, 5],
    ["no windows", { windows: { length: 100 } }, 0],
  ])("of a Parquet file are known: %s", async (_, options, wanted) => {
    const dataset = await tableDataset(parquet, { x: "n", batchSize: 7, ...options });
    expect(dataset.steps).toBe(wanted);
    expect((await read(dataset)).length).toBe(wanted);
  });

  test("of other tables, and of windows in series, they are not", async () => {
    expect((await tableDataset(csv, { x: "n" })).steps).toBeUndefined();
    expect(
      (await tableDataset(parquet, { x: "n", windows: { length: 2, by: "store" } })).steps,
    ).toBeUndefined();
  });
});

describe("a model", () => {
  const make = () => {
    const model = sequential([layers.dense({ units: 1, inputShape: [2] })]);
    model.compile({ optimizer: { name: "sgd", learningRate: 1e-4 }, loss: "mse" });
    return model;
  };
  const fitOptions = { epochs: 2, verbose: "silent" } as const;

  test("trains on a table as on arrays", async () => {
    const x = NdArray.zeros([100, 2]);
    for (const n of inOrder) (x.data as Float32Array).set([n / 2, n % 2 === 0 ? 1 : 0], 2 * n);
    const [a, b] = [make(), make()];
    const wanted = await a.fit(x, Float32Array.from(inOrder), {
      ...fitOptions,
      batchSize: 16,
      shuffle: false,
    });
    const table = await tableDataset(csv, { x: ["half", "even"], y: "n", batchSize: 16, shuffle: "none" });
    expect((await b.fit(prefetch(table), fitOptions)).logs).toEqual(wanted.logs);
    expect(weightsOf(b)).toEqual(weightsOf(a));
  });

  test("that is stopped early leaves the table to be read again", async () => {
    const table = await tableDataset(parquet, { x: ["half", "even"], y: "n", batchSize: 16 });
    const model = make();
    await model.fit(table, { stepsPerEpoch: 2, ...fitOptions });
    for await (const _ of table.batches(0)) break;
    expect((await read(table)).length).toBe(7);
  });

  test("is told of a table without rows", async () => {
    const empty = await tableDataset({ sql: "SELECT 1 AS a, 2 AS b WHERE false" }, { x: ["a", "b"], y: "a" });
    await expect(make().fit(empty, fitOptions)).rejects.toThrow("x: there are no batches in epoch 1");
  });
});

describe("errors name the column and the row", () => {
  const bad = (value: string) => `n,m\n1,5\n2,6\n3,${value}\n4,8\n`;
  test.each<[string, string, string]>([
    ["an empty place", bad(""), 'Column "m", row 4: is empty; wanted a number.'],
    ["NaN", bad("NaN"), 'Column "m", row 4: NaN; wanted a finite number.'],
    ["infinity", bad("-inf"), 'Column "m", row 4: -Infinity; wanted a finite number.'],
    ["text", bad("n/a"), 'Column "m", row 4: "n/a" is not a number. Correct the row'],
  ])("%s", async (_, content, message) => {
    const path = await fileOf("bad.csv", content);
    const reading = async () => read(await tableDataset(path, { x: "n", y: "m", chunkRows: 2 }));
    await expect(reading()).rejects.toThrow(message);
  });

  test("an empty place of a Parquet file, also where the chunks are shuffled", async () => {
    const path = join(folder, "holes.parquet");
    await withDuckdb((connection) =>
      connection.run(
        `COPY (SELECT i AS n, CASE WHEN i <> 31 THEN i END AS m FROM range(50) t(i)) TO ${sqlText(path)} (FORMAT parquet)`,
      ),
    );
    const dataset = await tableDataset(path, { x: "n", y: "m", chunkRows: 4 });
    await expect(read(dataset)).rejects.toThrow('Column "m", record 32: is empty; wanted a number.');
  });

  test("a row that is too short", async () => {
    const path = await fileOf("short.csv", "n,m\n1,5\n2\n3,6\n");
    await expect(tableDataset(path, { x: "n" })).rejects.toThrow("row 3 has 1 value, the header has 2");
  });

  test.each<[string, TableDatasetOptions, string]>([
    [
      "a column that is not there",
      { x: ["n", "hlaf"] },
      'There is no column "hlaf" (x) in rows.csv. Did you mean "half"? The columns are n (number), half (number), even (boolean), name (text) and store (text).',
    ],
    ["of a named input", { x: { a: "m" } }, 'There is no column "m" (x.a) in rows.csv.'],
    ["of the targets", { x: "n", y: "m" }, 'There is no column "m" (y) in rows.csv.'],
    ["of the weights", { x: "n", sampleWeight: "m" }, 'There is no column "m" (sampleWeight) in rows.csv.'],
    [
      "of the series",
      { x: "n", windows: { length: 2, by: "m" } },
      'There is no column "m" (windows.by) in rows.csv.',
    ],
    ["text", { x: "name" }, 'Column "name", row 2: "row 0" is not a number.'],
  ])("%s", async (_, options, message) => {
    await expect(tableDataset(csv, options)).rejects.toThrow(message);
  });

  test("values that are no numbers", async () => {
    await expect(tableDataset({ sql: "SELECT DATE '2020-01-01' AS day" }, { x: "day" })).rejects.toThrow(
      'Column "day" (x) of the query holds values of type DATE; wanted numbers.',
    );
  });

  test("SQL that is none, and SQL that fails while it runs", async () => {
    await expect(tableDataset({ sql: "SELEC 1" }, { x: "a" })).rejects.toMatchObject({
      code: "sql",
      message: expect.stringContaining('Cannot read "SELEC 1": '),
    });
    const late = await tableDataset(
      { sql: "SELECT CASE WHEN i = 3 THEN error('no more') ELSE i END AS a FROM range(5) t(i)" },
      { x: "a" },
    );
    await expect(read(late)).rejects.toThrow("no more");
  });

  test("a missing file", async () => {
    await expect(tableDataset(join(folder, "row.csv"), { x: "n" })).rejects.toThrow(
      'Did you mean "rows.csv"?',
    );
  });
});

test.each<[string, unknown, unknown, string]>([
  [
    "a source of another kind",
    3,
    { x: "n" },
    'tableDataset: wants the path of a file, or { sql: "SELECT …" }, got 3',
  ],
  ["no options", "a.csv", undefined, "tableDataset: wants options, { x, y, … }, got undefined"],
  [
    "an unknown option",
    "a.csv",
    { x: "n", batch: 3 },
    'tableDataset: there is no option "batch". Did you mean "batchSize"?',
  ],
  [
    "no columns",
    "a.csv",
    { x: [] },
    "tableDataset: x is to be the name of a column, or a list of names, got []",
  ],
  [
    "columns by number",
    "a.csv",
    { x: "n", y: { a: 1 } },
    "tableDataset: y.a is to be the name of a column, or a list of names, got 1",
  ],
  [
    "no shuffling",
    "a.csv",
    { x: "n", shuffle: true },
    'tableDataset: shuffle is to be "none" or "chunks", got true',
  ],
  [
    "no batch size",
    "a.csv",
    { x: "n", batchSize: 0 },
    "tableDataset: batchSize is to be a positive whole number, got 0",
  ],
  [
    "no chunk",
    "a.csv",
    { x: "n", chunkRows: 1.5 },
    "tableDataset: chunkRows is to be a positive whole number, got 1.5",
  ],
  [
    "no flag",
    "a.csv",
    { x: "n", dropRemainder: 1 },
    "tableDataset: dropRemainder is to be true or false, got 1",
  ],
  ["no seed", "a.csv", { x: "n", seed: -1 }, "seed"],
  [
    "no length",
    "a.csv",
    { x: "n", windows: {} },
    "tableDataset: windows: length is to be a positive whole number, got undefined",
  ],
  [
    "targets behind",
    "a.csv",
    { x: "n", windows: { length: 1, ahead: -1 } },
    "tableDataset: windows: ahead is to be a whole number from 0 up, got -1",
  ],
  [
    "an unknown option of windows",
    "a.csv",
    { x: "n", windows: { size: 1 } },
    'tableDataset: windows: there is no option "size"',
  ],
])("refuses %s", async (_, source, options, message) => {
  await expect(tableDataset(source as string, options as TableDatasetOptions)).rejects.toThrow(message);
});
