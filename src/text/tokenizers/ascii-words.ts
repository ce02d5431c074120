// Words of plain ASCII text by Unicode's rules, found faster than Intl.Segmenter finds the same ones.

const OTHER = 0;
const SPACE = 1;
const UNDERSCORE = 2;
const DIGIT = 3;
const LETTER = 4;

/** The class of each ASCII character. */
const classes = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[A-Za-z]/.test(character)) return LETTER;
  if (/[0-9]/.test(character)) return DIGIT;
  if (character === "_") return UNDERSCORE;
  return /\s/.test(character) ? SPACE : OTHER;
});

const APOSTROPHE = 0x27;
const COMMA = 0x2c;
const FULL_STOP = 0x2e;
const COLON = 0x3a;
const SEMICOLON = 0x3b;

/** Whether a text is ASCII, and has no letters with a colon between them: whether that is one word depends on language and version. */
export function isPlainAscii(text: string): boolean {
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code >= 128) return false;
    if (code === COLON && i > 0 && isLetter(text, i - 1) && i + 1 < text.length && isLetter(text, i + 1))
      return false;
  }
  return true;
}

function isLetter(text: string, at: number): boolean {
  return classes[text.charCodeAt(at)] === LETTER;
}

/**
 * Hands each word of a plain ASCII text to `visit`: letters, digits and underscores that stand together, a full stop or an apostrophe
 * between letters or digits, a comma or a semicolon between digits.
 *
 * Source: Unicode Standard Annex 29, rules WB5 to WB13b.
 *
 * @param punctuation whether other characters than white space are words too, each one of its own
 */
export function asciiWords(
  text: string,
  punctuation: boolean,
  visit: (source: string, from: number, to: number) => void,
): void {
  const end = text.length;
  for (let from = 0; from < end; ) {
    const kind = classes[text.charCodeAt(from)] ?? OTHER;
    let to = from + 1;
    if (kind < UNDERSCORE) {
      if (kind === OTHER && punctuation) visit(text, from, to);
      from = to;
      continue;
    }
    let last = kind;
    let most = kind;
    for (; to < end; to++) {
      const code = text.charCodeAt(to);
      let next = classes[code] ?? OTHER;
      if (next < UNDERSCORE) {
        if (next === SPACE || to + 1 === end) break;
        next = classes[text.charCodeAt(to + 1)] ?? OTHER;
        if (next !== last || !joins(code, last)) break;
        to++;
      }
      last = next;
      if (next > most) most = next;
    }
    if (most > UNDERSCORE || punctuation) visit(text, from, to);
    from = to;
  }
}

/** Whether a character belongs to the word where it stands between two letters, or between two digits. */
function joins(code: number, kind: number): boolean {
  if (kind === UNDERSCORE) return false;
  if (code === FULL_STOP || code === APOSTROPHE) return true;
  return kind === DIGIT && (code === COMMA || code === SEMICOLON);
}
