// Long tables: errors that come late are not lost, types that show late are mended, rows come in order.

import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readColumns } from "../../src/data/column-reader.ts";
import { inspectFile } from "../../src/data/data-file.ts";
import { withDuckdb } from "../../src/data/duckdb.ts";
import { fileError, openRelation } from "../../src/data/open-relation.ts";
import { readTable } from "../../src/data/read-table.ts";
import { streamRows } from "../../src/data/row-stream.ts";
import { sampleTable, withOddColumn } from "../../src/data/table-source.ts";

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-long-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const ROWS = 300_000;

test("all rows come, in order", async () => {
  const [numbers] = await withDuckdb((connection) =>
    readColumns(
      connection,
      [{ sql: "CAST(i AS DOUBLE)", kind: "number" }],
      `range(${ROWS}) AS r(i)`,
      undefined,
    ),
  );
  expect(numbers?.kind === "number" && numbers.values).toEqual(
    Float64Array.from({ length: ROWS }, (_, i) => i),
  );
});

test("none come where there are none", async () => {
  await withDuckdb(async (connection) => {
    let rows = 0;
    for await (const chunk of streamRows(connection, ["i"], "range(0) AS r(i)")) rows += chunk.rowCount;
    expect(rows).toBe(0);
  });
});

test("an error after many rows is thrown, not taken for the end", async () => {
  await withDuckdb(async (connection) => {
    const failing = "CASE WHEN i = 290000 THEN CAST(error('the disk is gone') AS BIGINT) ELSE i END";
    const read = async () => {
      for await (const { rowCount } of streamRows(connection, [failing], `range(${ROWS}) AS r(i)`))
        expect(rowCount).toBeGreaterThan(0);
    };
    await expect(read()).rejects.toThrow("the disk is gone");
  });
});

test("a row that is too long is named, however late it comes", async () => {
  const path = join(folder, "ragged.csv");
  const rows = Array.from({ length: ROWS }, (_, i) => (i === ROWS - 1000 ? `${i},1,2` : `${i},${i % 97}`));
  await writeFile(path, `t,units\n${rows.join("\n")}\n`);
  await expect(readTable(path)).rejects.toThrow(
    `row ${ROWS - 998} has 3 values, the header has 2. Correct the row.`,
  );
});

test("a column of numbers in which a text comes late is read as text", async () => {
  const path = join(folder, "late.csv");
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},${i === ROWS - 1000 ? "NA" : i}`);
  await writeFile(path, `t,units\n${rows.join("\n")}\n`);
  await withDuckdb(async (connection) => {
    // Said to be large, so that its types are taken from a sample of its rows.
    const file = { ...(await inspectFile(path)), size: 2 ** 30 };
    const relation = await openRelation(connection, file);
    const failure = (error: unknown) => fileError(file, error);
    const sampled = await sampleTable(connection, {
      relation,
      name: "late.csv",
      origin: "late.csv",
      failure,
    });
    const read = ({ opened }: typeof sampled) =>
      readColumns(connection, [{ sql: "units", kind: "coded" }], opened.relation.sql, undefined).catch(
        (error) => {
          throw failure(error);
        },
      );
    const error: unknown = await read(sampled).catch((caught: unknown) => caught);
    expect(String(error)).toContain(`row ${ROWS - 998}, column "units" has "NA", unlike the rows before it.`);
    const again = withOddColumn(sampled, error);
    expect(again?.columns.map(({ type }) => type)).toEqual(["BIGINT", "VARCHAR"]);
    const [units] = again === undefined ? [] : await read(again);
    expect(units?.kind === "coded" && units.texts[units.codes[ROWS - 1000] ?? -1]).toBe("NA");
    expect(withOddColumn(again ?? sampled, error)).toBeUndefined();
  });
});
