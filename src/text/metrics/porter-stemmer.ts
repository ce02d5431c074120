// Porter's stemmer for English, with NLTK's amendments: what ROUGE stems with.

/** Words whose stem the rules miss. */
const irregular: ReadonlyMap<string, string> = new Map([
  ["skies", "sky"],
  ["sky", "sky"],
  ["dying", "die"],
  ["lying", "lie"],
  ["tying", "tie"],
  ["news", "news"],
  ["innings", "inning"],
  ["inning", "inning"],
  ["outings", "outing"],
  ["outing", "outing"],
  ["cannings", "canning"],
  ["canning", "canning"],
  ["howe", "howe"],
  ["proceed", "proceed"],
  ["exceed", "exceed"],
  ["succeed", "succeed"],
]);

/** A suffix and what takes its place. Of those that a word ends with the first decides. */
type Rules = readonly (readonly [suffix: string, replacement: string])[];

const step1a: Rules = [
  ["sses", "ss"],
  ["ies", "i"],
  ["ss", "ss"],
  ["s", ""],
];
const step2: Rules = [
  ["ational", "ate"],
  ["tional", "tion"],
  ["enci", "ence"],
  ["anci", "ance"],
  ["izer", "ize"],
  ["bli", "ble"],
  ["alli", "al"],
  ["entli", "ent"],
  ["eli", "e"],
  ["ousli", "ous"],
  ["ization", "ize"],
  ["ation", "ate"],
  ["ator", "ate"],
  ["alism", "al"],
  ["iveness", "ive"],
  ["fulness", "ful"],
  ["ousness", "ous"],
  ["aliti", "al"],
  ["iviti", "ive"],
  ["biliti", "ble"],
  ["fulli", "ful"],
];
const step3: Rules = [
  ["icate", "ic"],
  ["ative", ""],
  ["alize", "al"],
  ["iciti", "ic"],
  ["ical", "ic"],
  ["ful", ""],
  ["ness", ""],
];
const step4: Rules = [
  "al,ance,ence,er,ic,able,ible,ant,ement,ment,ent,ion,ou,ism,ate,iti,ous,ive,ize",
].flatMap((suffixes) => suffixes.split(",").map((suffix) => [suffix, ""] as const));

/**
 * The stem of an English word.
 *
 * Source: M. Porter, "An algorithm for suffix stripping", Program 14(3), 1980, with the amendments of NLTK's PorterStemmer
 * (NLTK_EXTENSIONS): irregular words, -ies and -ied in words of four letters, y after consonants only, -bli, -alli, -fulli, -logi.
 *
 * @param word in small letters
 */
export function porterStem(word: string): string {
  const known = irregular.get(word);
  if (known !== undefined || word.length <= 2) return known ?? word;
  let stem = /^.ies$/.test(word) ? word.slice(0, -1) : apply(word, step1a, () => true);
  stem = endInY(removePast(stem));
  stem = applyStep2(stem);
  stem = apply(stem, step3, (rest) => measure(rest) > 0);
  stem = apply(stem, step4, (rest, suffix) => measure(rest) > 1 && (suffix !== "ion" || /[st]$/.test(rest)));
  if (stem.endsWith("e")) {
    const rest = stem.slice(0, -1);
    if (measure(rest) > 1 || (measure(rest) === 1 && !endsShort(rest))) stem = rest;
  }
  return stem.endsWith("ll") && measure(stem.slice(0, -1)) > 1 ? stem.slice(0, -1) : stem;
}

/** Step 1b: -eed, -ed and -ing, and what is left mended. */
function removePast(word: string): string {
  if (word.endsWith("ied")) return word.slice(0, word.length === 4 ? -1 : -2);
  if (word.endsWith("eed")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  const suffix = ["ed", "ing"].find((one) => word.endsWith(one) && hasVowel(word.slice(0, -one.length)));
  if (suffix === undefined) return word;
  const rest = word.slice(0, -suffix.length);
  if (/(at|bl|iz)$/.test(rest)) return `${rest}e`;
  if (endsDouble(rest)) return /[lsz]$/.test(rest) ? rest : rest.slice(0, -1);
  return measure(rest) === 1 && endsShort(rest) ? `${rest}e` : rest;
}

/** Step 1c: y after a consonant becomes i, but in words of two letters. */
function endInY(word: string): string {
  const rest = word.slice(0, -1);
  return word.endsWith("y") && rest.length > 1 && consonants(rest).endsWith("c") ? `${rest}i` : word;
}

function applyStep2(word: string): string {
  if (word.endsWith("alli") && measure(word.slice(0, -4)) > 0) return applyStep2(word.slice(0, -2));
  const isRuled = step2.some(([suffix]) => word.endsWith(suffix));
  // The l counts with the rest, so that "theologi" is as "archaeologi".
  if (!isRuled && word.endsWith("logi")) return measure(word.slice(0, -3)) > 0 ? word.slice(0, -1) : word;
  return apply(word, step2, (rest) => measure(rest) > 0);
}

function apply(word: string, rules: Rules, condition: (rest: string, suffix: string) => boolean): string {
  const rule = rules.find(([suffix]) => word.endsWith(suffix));
  if (rule === undefined) return word;
  const [suffix, replacement] = rule;
  const rest = word.slice(0, word.length - suffix.length);
  return condition(rest, suffix) ? rest + replacement : word;
}

/** "c" for each consonant, "v" for each vowel; y is a vowel after a consonant. */
function consonants(word: string): string {
  let kinds = "";
  for (const letter of word) {
    const isVowel = letter === "y" ? kinds.endsWith("c") : "aeiou".includes(letter);
    kinds += isVowel ? "v" : "c";
  }
  return kinds;
}

/** m: how often consonants follow vowels. */
function measure(word: string): number {
  return consonants(word).split("vc").length - 1;
}

function hasVowel(word: string): boolean {
  return consonants(word).includes("v");
}

/** *d: ends with a double consonant. */
function endsDouble(word: string): boolean {
  return word.length >= 2 && word.at(-1) === word.at(-2) && consonants(word).endsWith("c");
}

/** *o: ends consonant, vowel, consonant, the last none of w, x, y; or is vowel, consonant. */
function endsShort(word: string): boolean {
  const kinds = consonants(word);
  return (kinds.endsWith("cvc") && !/[wxy]$/.test(word)) || kinds === "vc";
}
