// How wide text is drawn, about: there is no font to ask. Rather too wide than too narrow, so that text stays in its box.

/** Widths in em of DejaVu Sans, one of the widest fonts that a browser falls back to, rounded up. */
const widths: readonly (readonly [characters: RegExp, width: number])[] = [
  [/[ijlI.,:;'|!]/u, 0.34],
  [/[ ()[\]/frt-]/u, 0.42],
  [/[mwMW@%]/u, 0.98],
  [/[A-Z]/u, 0.72],
  [/[ -ÿ]/u, 0.64],
];

/** The width of a text in a proportional font. */
export function textWidth(text: string, size: number, { bold = false } = {}): number {
  const em = [...text].reduce(
    (sum, character) => sum + (widths.find(([characters]) => characters.test(character))?.[1] ?? 1.05),
    0,
  );
  return em * size * (bold ? 1.1 : 1);
}

/** The text, or its beginning and an ellipsis where it is longer than a number of characters. */
export function cut(text: string, most: number): string {
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
