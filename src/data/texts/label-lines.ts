// Lines that begin with their labels, as fastText and StarSpace take them: `__label__sports __label__chess Who won?`

import type { ByteReader } from "./byte-reader.ts";
import { readPlain } from "./plain-text.ts";
import { type Cell, SAMPLE_CELL, SAMPLE_ROWS, type TextTable } from "./text-table.ts";
import { textOf } from "./utf8.ts";

const MARK = "__label__";
const LABELS = /^(?:__label__\S+[ \t]+)*__label__\S+(?:[ \t]+|$)/;

/** Whether all of the first lines begin with a label. */
export function haveLabels(head: Buffer): boolean {
  const lines = linesIn(head);
  return lines.length > 0 && lines.every((line) => line.startsWith(MARK));
}

/** Opens such lines as a table of texts and labels; the reader is closed with it. */
export function openLabelLines(reader: ByteReader, head: Buffer): TextTable {
  return {
    names: ["text", "label"],
    width: 2,
    sample: linesIn(head).map((line) => {
      const [text, label] = cellsOf(line);
      return [text.slice(0, SAMPLE_CELL), String(label)];
    }),
    rowWord: "line",
    async *read(columns) {
      for await (const rows of readPlain(reader, "line")) {
        yield rows.map((row) => {
          const cells = cellsOf(String(row.cells[0]));
          return { ...row, cells: columns.map((column) => cells[column] ?? "") };
        });
      }
    },
    close: () => reader.close(),
  };
}

function linesIn(head: Buffer): string[] {
  const lines = textOf(head).split(/\r?\n/);
  return lines.filter((line) => line.trim() !== "").slice(0, SAMPLE_ROWS);
}

function cellsOf(line: string): readonly [text: string, label: Cell] {
  const [marks = ""] = LABELS.exec(line) ?? [];
  const labels = marks
    .trim()
    .split(/[ \t]+/)
    .map((mark) => mark.slice(MARK.length));
  const [only = "", ...others] = labels;
  return [line.slice(marks.length), others.length === 0 ? only : labels];
}
