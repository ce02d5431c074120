// Which row is a header, which columns are the texts and the labels, and what is told of labels.

import { describe, expect, test } from "vitest";
import { beginsWithHeader } from "../../../src/data/texts/header.ts";
import { separatorIn } from "../../../src/data/texts/label-separator.ts";
import { readTexts } from "../../../src/data/texts/read-texts.ts";
import type { ReadTextsOptions } from "../../../src/data/texts/text-options.ts";
import { temporaryFolder } from "./support.ts";

const folder = temporaryFolder();
const read = async (name: string, content: string, options: ReadTextsOptions = {}) =>
  readTexts(await folder.file(name, content), options);

const TEAMS = ["Billing", "Field Service", "Front Desk"];
const rows = (count: number, textOf: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => [textOf(i), TEAMS[i % 3] ?? ""]);
const long = (i: number) => `My parcel number ${i} has not come, and nobody could tell me where it is`;
const short = (i: number) => `No sound on line ${i}`;

describe("a header of other names", () => {
  test.each<[string, readonly string[], readonly (readonly string[])[]]>([
    ["above long texts and labels with spaces", ["Ticket Text", "Assigned Team"], rows(94, long)],
    ["above short texts, beside labels that recur", ["Customer message", "Queue"], rows(30, short)],
    [
      "above names that never recur",
      ["Ticket Text", "Customer Name"],
      rows(30, long).map(([text = ""], i) => [text, `Ann Lee ${i}`]),
    ],
  ])("%s", (_, header, below) => {
    expect(beginsWithHeader([header, ...below], [])).toBe(true);
    expect(beginsWithHeader(below, [])).toBe(false);
  });

  test("short texts of two languages have none", () => {
    const pairs = Array.from({ length: 20 }, (_, i) => [`We saw ${i} of them`, `Nous en vîmes ${i}`]);
    expect(beginsWithHeader(pairs, [])).toBe(false);
  });

  test("texts of few rows, the first with a label of its own, have none", () => {
    expect(
      beginsWithHeader(
        [
          ["Nice film that", "good"],
          ["Dull film that", "bad"],
          ["Bad film that", "bad"],
        ],
        [],
      ),
    ).toBe(false);
  });
});

const TICKETS = `id,subject,body,team\n${Array.from(
  { length: 12 },
  (_, i) => `${i},Invoice ${i},"Where is it,\nplease, and what of number ${i}?",${TEAMS[i % 3]}`,
).join("\n")}\n`;

describe("texts of several columns", () => {
  test.each([[["subject", "body"]], ["subject,body"], ["2, 3"], [[2, "body"]]])("%j", async (text) => {
    const { texts, taken, labels } = await read("tickets.csv", TICKETS, { text });
    expect(texts[1]).toBe("Invoice 1\nWhere is it,\nplease, and what of number 1?");
    expect(taken).toEqual({ text: ["subject", "body"], label: "team" });
    expect(labels?.slice(0, 2)).toEqual(["Billing", "Field Service"]);
  });

  test("a comma that is part of a name; cells that are empty; a column that is not there", async () => {
    const odd = '"a,b",c\none,x\n,y\n';
    expect((await read("odd.csv", odd, { text: "a,b", onError: "skip" })).texts).toEqual(["one"]);
    expect((await read("odd.csv", odd, { text: ["a,b", "c"] })).texts).toEqual(["one\nx", "y"]);
    await expect(read("tickets.csv", TICKETS, { text: "subject,boddy" })).rejects.toThrow(
      'There is no column "boddy" (--text) in tickets.csv. Did you mean "body"?',
    );
    await expect(read("tickets.csv", TICKETS, { text: "subject,team", label: "team" })).rejects.toMatchObject(
      {
        code: "column-twice",
      },
    );
  });

  test("JSON lines; those that were preferred, where the file has them", async () => {
    const lines = '{"title": "A", "text": "One"}\n{"title": "B", "text": "Two"}\n';
    const prefer = { text: ["title", "text"] };
    expect((await read("a.jsonl", lines, { prefer })).texts).toEqual(["A\nOne", "B\nTwo"]);
    expect((await read("b.jsonl", lines, { prefer: { text: ["head", "text"] } })).texts).toEqual([
      "One",
      "Two",
    ]);
  });
});

test("rows are counted as a spreadsheet does: those with line ends in quotation marks are one", async () => {
  const { rowName } = await read("tickets.csv", TICKETS);
  expect([0, 1, 2].map(rowName)).toEqual(["row 2", "row 3", "row 4"]);
});

describe("labels", () => {
  test("a team is one where it recurs, and an author of each text is none", async () => {
    expect((await read("t.csv", TICKETS, { text: "body" })).taken.label).toBe("team");
    const authors = Array.from({ length: 12 }, (_, i) => `a,${short(i)},Ann Lee ${i}`);
    const { taken } = await read("u.csv", `lang,text,author\n${authors.join("\n")}\n`);
    expect(taken.label).toBeUndefined();
  });

  test("columns that may be labels are named", async () => {
    const { notes } = await read("v.csv", TICKETS.replace("team", "kind"), { text: "body" });
    expect(notes).toEqual([
      'The texts of v.csv are column "body", and no column is taken for labels (beside it there is id, subject and kind); column "kind" has 3 values: name one with --label.',
    ]);
    const found = await read("w.csv", TICKETS.replace("team", "kind").replace("body", "text"));
    expect(found.notes).toEqual([
      'The texts of w.csv are column "text", and no column is taken for labels (beside it there is id, subject and kind); column "kind" has 3 values: name one with --label.',
    ]);
  });

  test("a model of a file without a header knows no name of its labels: they are found", async () => {
    const csv = `comment,label\n${Array.from({ length: 12 }, (_, i) => `${short(i)},${"ab"[i % 2]}`).join("\n")}\n`;
    const { labels, notes } = await read("y.csv", csv, { prefer: { text: "1", label: "2" } });
    expect(labels?.slice(0, 2)).toEqual(["a", "b"]);
    expect(notes).toEqual(['The texts of y.csv are column "comment", the labels column "label".']);
    const other = await read("z.csv", csv, { prefer: { text: "comment", label: "team" } });
    expect(other.labels).toBeUndefined();
  });

  test("several in a cell are told of, and one with a comma is not", async () => {
    expect(separatorIn(["food|travel", "food", "travel|art", "art|food", "food|travel"])).toBe("|");
    expect(separatorIn(["Paris, France", "Lyon, France", "Rome, Italy", "Kyoto, Japan"])).toBeUndefined();
    expect(separatorIn(["food", "travel", "art", "food; art"])).toBeUndefined();
    const lists = ["a|b", "a", "b|c", "a|c"].map((label, i) => `some words of text ${i},${label}`);
    const { notes } = await read("x.csv", `text,label\n${lists.join("\n")}\n`);
    expect(notes.at(-1)).toBe(
      'Most labels are several with "|" between them: with --label-separator "|" each is one by itself.',
    );
  });
});

test("a file that is one text is named once, and is a file", async () => {
  const path = await folder.file("latin.txt", Buffer.from("caf\xe9 au lait", "latin1"));
  await expect(readTexts(path, { whole: true })).rejects.toThrow(
    /^latin.txt: byte 3 \(0xe9\) is not UTF-8\. Save the file as UTF-8, .* leave such files out/,
  );
});
