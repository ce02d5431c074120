// About how wide a text is when drawn: charts are laid out where no font can be asked.

/** Widths in ems of letters, by kinds, of a sans serif face such as Arial. */
const kinds: readonly (readonly [RegExp, number])[] = [
  [/^[\p{Mn}\p{Me}\p{Cf}]$/u, 0],
  [/^[ijlI|!.,:;'`’‘\u0627\u0622\u0623\u0625\u0644]$/u, 0.29],
  [/^[ftr()[\]{}/\\"“” \u00a0-]$/u, 0.36],
  [/^[mwMW@%—…]$/u, 0.9],
  [/^[a-z0-9]$/u, 0.58],
  [/^[A-Z]$/u, 0.7],
  [/^\p{Extended_Pictographic}$/u, 1.3],
  [/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\u3000-\u303f\uff00-\uffef]$/u, 1],
  [/^\p{Script=Arabic}$/u, 0.55],
  [/^[\u05d5\u05d6\u05d9\u05df]$/u, 0.3], // vav, zayin, yod, final nun
  [/^\p{Script=Hebrew}$/u, 0.58],
  [/^\p{Lu}$/u, 0.72],
];

const otherwise = 0.62;

/** The width of a text in units of the drawing. */
export function textWidth(text: string, fontSize: number): number {
  let ems = 0;
  for (const letter of text) ems += kinds.find(([pattern]) => pattern.test(letter))?.[1] ?? otherwise;
  return ems * fontSize;
}
