// Axes whose places are the tokens of a text: how tokens are written there, and how a long text is cut into rows of them.

import { shorten } from "./explanation-parts.ts";
import { LIGHT } from "./theme.ts";

/** Tokens that stand side by side, and those of a text that are drawn where nothing else is said. */
const TOKENS_A_ROW = 60;
export const TOKENS_SHOWN = 120;

/** The greatest width of a row of tokens, and of the place of one. */
const ROW = 900;
const WIDEST = 44;
const LONGEST = 14;

const SIGNS: Readonly<Record<string, string>> = { " ": "␣", "\n": "↵", "\r": "↵", "\t": "⇥" };

/** A token as an axis shows it: on one line, not too long, spaces and ends of lines by a sign of their own. */
export function tokenLabel(token: string, most = LONGEST): string {
  if (token.trim() === "") return [...token].map((sign) => SIGNS[sign] ?? "␣").join("");
  return shorten(token.replace(/\s+/gu, " ").trim(), most);
}

/** A row of tokens. */
export interface TokenRow {
  /** The place of the first one. */
  readonly from: number;
  readonly labels: readonly string[];
  /** Of the place of a token, the same for all rows. */
  readonly step: number;
}

/** The first tokens of a text in rows. @param shown how many there are at most */
export function tokenRows(tokens: readonly string[], shown = TOKENS_SHOWN): readonly TokenRow[] {
  const count = Math.min(tokens.length, shown);
  const rows = Math.ceil(count / TOKENS_A_ROW);
  // No row is much shorter than the others.
  const each = Math.ceil(count / rows);
  const step = Math.min(WIDEST, Math.floor(ROW / each));
  return Array.from({ length: rows }, (_, row) => {
    const from = row * each;
    return {
      from,
      step,
      labels: tokens.slice(from, Math.min(count, from + each)).map((token) => tokenLabel(token)),
    };
  });
}

/** The axis of a row of tokens. @param places field of numbers that count from `from` */
export function tokenAxis({ from, labels, step }: TokenRow, extra: object = {}): object {
  // Letters stand upright, words are turned.
  const isUpright = labels.every((label) => 7 * [...label].length <= step);
  return {
    title: null,
    orient: "top",
    labelExpr: `${JSON.stringify(labels)}[datum.value - ${from}]`,
    labelAngle: isUpright ? 0 : -60,
    labelAlign: isUpright ? "center" : "left",
    labelFontSize: Math.min(11, step - 3),
    labelColor: LIGHT.text,
    labelLimit: 0,
    labelOverlap: false,
    labelPadding: 3,
    ticks: false,
    domain: false,
    grid: false,
    ...extra,
  };
}

/** `the first 120 of 400 tokens`, where not all are drawn. */
export function shownNote(count: number, shown: number): string {
  return count <= shown ? "" : `The first ${shown} of ${count} tokens.`;
}
