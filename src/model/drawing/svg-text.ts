// Pieces of SVG: numbers, text and colours as attributes.

import { type ToneName, tones } from "./colours.ts";
import type { Point } from "./place.ts";

export const fill = (tone: ToneName): string => `fill="${tones[tone].light}"`;
export const stroke = (tone: ToneName): string => `stroke="${tones[tone].light}"`;

/** A number with at most one decimal. */
export function decimal(value: number): string {
  return String(Math.round(value * 10) / 10);
}

/** `x="…" y="…"` */
export function at({ x, y }: Point): string {
  return `x="${decimal(x)}" y="${decimal(y)}"`;
}

export function textAt(point: Point, text: string, attributes: string): string {
  return `<text ${at(point)} ${attributes}>${escaped(text)}</text>`;
}

const named: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Text as XML holds it; characters that it cannot hold become the sign for them. */
export function escaped(text: string): string {
  return [...text]
    .map((character) => named[character] ?? (isAllowed(character) ? character : "\ufffd"))
    .join("");
}

/** Source: XML 1.0, section 2.2. */
function isAllowed(character: string): boolean {
  const code = character.codePointAt(0) ?? 0;
  return (
    [0x9, 0xa, 0xd].includes(code) ||
    (code >= 0x20 && code < 0xd800) ||
    (code > 0xdfff && code < 0xfffe) ||
    code > 0xffff
  );
}
