// tableDataset: the rows of a table as batches, read piece by piece, so that tables larger than memory train.

import type { Batch, Dataset } from "../model/source.ts";
import { checkOptionNames, describe } from "../nn/choice.ts";
import { checkCounts, checkFlags } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { Random } from "../tensor/random.ts";
import { type DuckDBConnection, openDuckdb, withDuckdb } from "./duckdb.ts";
import { BatchBuffer, originsOf } from "./table-batches.ts";
import { chunksByNumber, chunksInOrder, type TableChunk } from "./table-chunks.ts";
import { type Plan, planOf, type TableColumnNames, type TableWindows } from "./table-plan.ts";

export interface TableDatasetOptions {
  /** The columns of the inputs: [batch, columns], with windows [batch, length, columns]. */
  readonly x: TableColumnNames;
  /** The columns of the targets: [batch, columns]. */
  readonly y?: TableColumnNames | undefined;
  /** The column with the weight of each row, or of each window's target, in the loss. */
  readonly sampleWeight?: string | undefined;
  /** Sequences of rows that follow each other instead of single rows. */
  readonly windows?: TableWindows | undefined;
  /** Rows, or windows, in a batch. Default 32. */
  readonly batchSize?: number | undefined;
  /**
   * "chunks": the rows of each chunk come in a new order each epoch, drawn from the seed and the epoch's number; of a Parquet file the
   * chunks do, too. Rows of other tables stay as near to their neighbours as a chunk is long: put a sorted table in a random order once,
   * or into a Parquet file. "none": the order of the table. Default "chunks".
   */
  readonly shuffle?: "none" | "chunks" | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Rows that are in memory at a time. Default 65,536. */
  readonly chunkRows?: number | undefined;
  /** Leave the last batch out where it has fewer rows than the others. Default false. */
  readonly dropRemainder?: boolean | undefined;
}

const optionNames: readonly (keyof TableDatasetOptions)[] = [
  "x",
  "y",
  "sampleWeight",
  "windows",
  "batchSize",
  "shuffle",
  "seed",
  "chunkRows",
  "dropRemainder",
];

/** More threads read no faster into one, and take memory each. */
const settings = { threads: "2" };

/**
 * Rows of a table as a data set: of a CSV, JSON or Parquet file, or what SQL gives (DuckDB's, in which files are tables:
 * `SELECT … FROM 'sales/*.parquet' WHERE …`; it is run anew each epoch, and with ORDER BY gives its rows in the same order). One chunk
 * of rows is in memory at a time. Numbers are read as float64; true and false are 1 and 0.
 *
 *     const train = await tableDataset("sales.parquet", {
 *       x: ["price", "stock", "holiday"],
 *       y: "units",
 *       windows: { length: 28, by: "store" },
 *       batchSize: 256,
 *     });
 *     const model = sequential([layers.gru({ units: 32, inputShape: [28, 3] }), layers.dense({ units: 1 })]);
 *     model.compile({ loss: "mse" });
 *     await model.fit(prefetch(train), { epochs: 5 });
 *
 * @param source path of a file, or `{ sql }`
 * @throws RecurraError `file-not-found`, `file-format` and others of the file, `sql`; `unknown-column`, `column-type`, `not-a-number`;
 *   `unknown-option`, `option-value`; while it is read `not-finite`, naming row and column, and `no-rows`
 */
export async function tableDataset(
  source: string | { readonly sql: string },
  options: TableDatasetOptions,
): Promise<Dataset> {
  if (typeof options !== "object" || options === null)
    throw new RecurraError(
      "option-value",
      `tableDataset: wants options, { x, y, … }, got ${describe(options)}`,
    );
  checkOptions(source, options);
  const { batchSize = 32, shuffle = "chunks", seed = 0, chunkRows = 65_536, dropRemainder = false } = options;
  const plan = await withDuckdb((connection) => planOf(connection, source, { ...options, chunkRows }));
  const windows = windowsOf(plan);
  const whole = dropRemainder ? Math.floor : Math.ceil;
  return {
    steps: windows === undefined ? undefined : whole(windows / batchSize),
    async *batches(epoch): AsyncGenerator<Batch, void> {
      const random = shuffle === "none" ? undefined : new Random(seed).fold(4).fold(epoch);
      const database = await openDuckdb(settings);
      try {
        const batch = new BatchBuffer(plan, batchSize);
        for await (const chunk of chunksOf(database.connection, plan, random)) {
          const origins = originsOf(chunk, plan);
          const order = random?.fold(1 + chunk.start / chunkRows).permutation(origins.length);
          for (let i = 0; i < origins.length; i++) {
            batch.add(chunk.numbers, origins[order?.[i] ?? i] ?? 0);
            if (batch.rows === batchSize) yield batch.take();
          }
        }
        if (batch.rows > 0 && !dropRemainder) yield batch.take();
      } finally {
        database.close();
      }
    },
  };
}

function checkOptions(source: unknown, options: TableDatasetOptions): void {
  checkOptionNames("tableDataset", options, optionNames);
  const isSql =
    typeof source === "object" && source !== null && "sql" in source && typeof source.sql === "string";
  if (typeof source !== "string" && !isSql)
    throw new RecurraError(
      "option-value",
      `tableDataset: wants the path of a file, or { sql: "SELECT …" }, got ${describe(source)}`,
    );
  const {
    batchSize = 32,
    chunkRows = 65_536,
    shuffle = "chunks",
    seed = 0,
    windows,
    dropRemainder = false,
  } = options;
  checkCounts("tableDataset", { batchSize, chunkRows });
  if (shuffle !== "none" && shuffle !== "chunks")
    throw new RecurraError(
      "option-value",
      `tableDataset: shuffle is to be "none" or "chunks", got ${describe(shuffle)}`,
    );
  checkFlags("tableDataset", { dropRemainder });
  new Random(seed); // fails for what is no seed
  if (windows === undefined) return;
  checkOptionNames("tableDataset: windows", windows, ["length", "ahead", "stride", "by"]);
  const { length, ahead = 1, stride = 1 } = windows;
  checkCounts("tableDataset: windows", { length, stride });
  if (!Number.isInteger(ahead) || ahead < 0)
    throw new RecurraError(
      "option-value",
      `tableDataset: windows: ahead is to be a whole number from 0 up, got ${describe(ahead)}`,
    );
}

/** How many windows, or rows, there are; where that is known without reading the table. */
function windowsOf({ numbered, query, window }: Plan): number | undefined {
  if (numbered === undefined || query.seriesSql !== undefined) return undefined;
  return Math.max(0, Math.ceil((numbered.rows - query.reach) / (window?.stride ?? 1)));
}

/** The chunks of an epoch. */
function chunksOf(
  connection: DuckDBConnection,
  { query, numbered }: Plan,
  random: Random | undefined,
): AsyncIterable<TableChunk> {
  if (numbered === undefined || random === undefined) return chunksInOrder(connection, query);
  const order = random.fold(0).permutation(Math.ceil(numbered.rows / query.chunkRows));
  return chunksByNumber(connection, query, numbered.sql, order);
}
