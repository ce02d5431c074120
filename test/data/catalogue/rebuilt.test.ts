// Where shared data are there, originals are rebuilt of them in the form that their public homes have (first lines and sizes looked up
// there), and must come out as the catalogue's files, byte for byte.

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { entryOf } from "../../../src/data/catalogue/catalogue.ts";
import { plainTar, untar } from "../../../src/data/catalogue/prepare/archives.ts";
import { sharedData } from "./shared-data.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);
const texts = (contents: readonly Uint8Array[]) => contents.map(text);
const sha256 = (content: Uint8Array) => createHash("sha256").update(content).digest("hex");

/** A shared file, unpacked. */
function shared(path: string): string {
  const file = join(sharedData ?? "", path);
  return text(existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`)));
}

describe.skipIf(sharedData === undefined)("rebuilt originals come out as the catalogue's files", () => {
  /** What the preparation makes, by the SHA-256 of each file. */
  const sums = (name: string, originals: readonly Uint8Array[]) =>
    entryOf(name).prepare?.(originals).map(sha256);
  const wanted = (name: string) => entryOf(name).files.map((file) => file.sha256);

  test("M4: as quoted cells, filled up; the sizes are those at the public home", () => {
    for (const [name, path, sizes] of [
      ["m4-hourly", "m4_hourly.csv", [2_347_115, 132_820]],
      ["m4-weekly", "m4_weekly.csv", [4_015_067, 44_247]],
    ] as const) {
      const rows = shared(path)
        .trimEnd()
        .split("\n")
        .slice(1)
        .map((line) => line.split(","));
      const table = (column: number) => {
        const values = rows.map((row) => (row[column] ?? "").split(" "));
        const longest = Math.max(...values.map(({ length }) => length));
        const head = Array.from({ length: longest + 1 }, (_, i) => `"V${i + 1}"`).join(",");
        const body = rows.map(([id = ""], i) => {
          const cells = [id, ...(values[i] ?? [])].map((cell) => `"${cell}"`);
          return cells.join(",") + ",".repeat(longest - (values[i]?.length ?? 0));
        });
        return bytes([head, ...body, ""].join("\n"));
      };
      const originals = [table(4), table(5)];
      expect(originals.map(({ length }) => length)).toEqual(sizes);
      expect(sums(name, originals)).toEqual(wanted(name));
    }
  });

  test("R's tables: their row numbers; the sizes are those at the public home", () => {
    const quakes = bytes(shared("quakes_fiji.csv").replace("id,", "rownames,"));
    expect(quakes.length).toBe(27_956);
    expect(sums("quakes-fiji", [quakes])).toEqual(wanted("quakes-fiji"));
    const stocks = bytes(shared("eu_stock_markets.csv").replace("day,", "rownames,"));
    expect(stocks.length).toBe(60_865);
    expect(sums("eu-stocks", [stocks])).toEqual(wanted("eu-stocks"));
    const [head, ...rows] = shared("vic_elec.csv").trimEnd().split("\n");
    const demand = bytes([`rownames,${head}`, ...rows.map((row, i) => `${i + 1},${row}`), ""].join("\n"));
    expect(demand.length).toBe(3_174_710);
    expect(sums("vic-elec", [demand])).toEqual(wanted("vic-elec"));
  });

  test("the airline passengers", () => {
    const rows = shared("airpassengers.csv").trimEnd().split("\n").slice(1);
    const table = rows.map((row, i) => `${i + 1},${1949 + i / 12},${row.split(",")[1]}`);
    const original = bytes(["rownames,time,value", ...table, ""].join("\n"));
    expect(sums("airpassengers", [original])).toEqual(wanted("airpassengers"));
  });

  test("the recordings, in an archive as GitHub makes it", () => {
    const recordings = [...untar(bytesOf("free_spoken_digits.tar"))];
    const inside = recordings.map(([name, content]) => [`set-1.0.10/${name}`, content] as const);
    const archive = plainTar([["set-1.0.10/README.md", bytes("about it")], ...inside.reverse()]);
    expect(sums("spoken-digits", [gzipSync(archive, { level: 0 })])).toEqual(wanted("spoken-digits"));
  });

  test("texts that need no more than their line ends", () => {
    for (const [name, path] of [
      ["fortune500", "fortune500_100_days.csv"],
      ["quora", "quora_pairs_small.csv"],
    ] as const) {
      const original = bytes(`\ufeff${shared(path).replaceAll("\n", "\r\n")}`);
      expect(sums(name, [original])).toEqual(wanted(name));
    }
    const conll = ["train", "dev", "test"].map((part) => bytes(shared(`ner/wnut17_${part}.conll`)));
    expect(sums("wnut17", conll)).toEqual(wanted("wnut17"));
    const pairs = bytes(shared("wordsim353.tsv").split("\n").slice(1).join("\n"));
    expect(sums("wordsim353", [pairs])).toEqual(wanted("wordsim353"));
  });

  test("tables and JSON lines of the archives: rebuilt .ts files", () => {
    const ts = (lines: readonly string[]) => bytes(["@problemName x", "@data", ...lines, ""].join("\n"));
    const table = (part: string) =>
      ts(
        shared(`ucr/GunPoint_${part}.tsv`)
          .trimEnd()
          .split("\n")
          .map((line) => {
            const [label, ...values] = line.split("\t");
            return `${values.join(",")}:${label}`;
          }),
      );
    const gun = zipSync({ "GunPoint_TRAIN.ts": table("TRAIN"), "GunPoint_TEST.ts": table("TEST") });
    expect(sums("gunpoint", [gun])).toEqual(wanted("gunpoint"));
    const lines = (part: string) =>
      ts(
        shared(`ucr/JapaneseVowels_${part}.jsonl`)
          .trimEnd()
          .split("\n")
          .map((line) => {
            const { label, channels } = JSON.parse(line) as { label: string; channels: number[][] };
            return [...channels.map((values) => values.join(",")), label].join(":");
          }),
      );
    const vowels = zipSync({
      "JapaneseVowels_TRAIN.ts": lines("TRAIN"),
      "JapaneseVowels_TEST.ts": lines("TEST"),
    });
    // The copy's digits are written another way (5.8e-05), its numbers are the same.
    const numbersOf = (one = "") =>
      one
        .trimEnd()
        .split("\n")
        .map((line) => JSON.parse(line));
    const [made = ""] = texts(entryOf("japanese-vowels").prepare?.([vowels]) ?? []);
    expect(numbersOf(made)).toEqual(numbersOf(shared("ucr/JapaneseVowels_TRAIN.jsonl")));
  });

  test("the tweets, with splits rebuilt of the columns", () => {
    const rows = shared("astd_arabic_tweets.tsv")
      .trimEnd()
      .split("\n")
      .slice(1)
      .map((line) => line.split("\t"));
    const split = (column: number, part: string) =>
      bytes(rows.flatMap((row, i) => (row[column] === part ? [String(i)] : [])).join("\n"));
    const parts = ["train", "validation", "test"];
    const originals = [
      bytes(rows.map(([label, , , tweet]) => `${tweet}\t${label}\n`).join("")),
      ...parts.map((part) => split(1, part)),
      ...parts.map((part) => split(2, part)),
    ];
    // Looked up at the public home: some places in 4class-balanced-test.txt and 4class-unbalanced-test.txt.
    for (const place of [7272, 26, 4529, 9561]) expect(rows[place]?.[1]).toBe("test");
    for (const place of [7240, 181, 4909]) expect(rows[place]?.[2]).toBe("test");
    expect(sums("astd", originals)).toEqual(wanted("astd"));
  });

  function bytesOf(path: string): Uint8Array {
    return gunzipSync(readFileSync(join(sharedData ?? "", `${path}.gz`)));
  }
});
