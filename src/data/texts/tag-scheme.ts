// How tags of tokens mark spans, and where they fail to: BIO, BIOES, the older IOB1.

/**
 * "BIO" (IOB2): B begins a span, I goes on. "IOB1": I begins one, and B only where a span of the same type stands just before. "BIOES": E ends
 * a span besides, and S is one of a single token. "none": tags of single tokens, such as parts of speech.
 */
export type TaggingScheme = "BIO" | "IOB1" | "BIOES" | "none";

/** A tag that does not fit those beside it. */
export interface TagFault {
  /** Its place in the sentence, from 0. */
  readonly place: number;
  /** `the tag I-PER follows O, and a span begins with B-PER` */
  readonly what: string;
}

const SPAN_TAG = /^(?:O|[BIES]-.+)$/;
const prefixOf = (tag: string): string => tag[0] ?? "";
const typeOf = (tag: string): string => tag.slice(2);

/** The scheme of tags, by which of them there are. Of BIO and IOB1 it cannot be told: it is BIO. */
export function schemeOf(tags: Iterable<string>): TaggingScheme {
  let isLonger = false;
  let spans = 0;
  for (const tag of tags) {
    if (!SPAN_TAG.test(tag)) return "none";
    if (/^[ES]-/.test(tag)) isLonger = true;
    if (tag !== "O") spans++;
  }
  if (spans === 0) return "none";
  return isLonger ? "BIOES" : "BIO";
}

/** The first tag of a sentence that does not fit, or undefined. */
export function tagFault(tags: readonly string[], scheme: TaggingScheme): TagFault | undefined {
  if (scheme === "none") return undefined;
  const prefixes = scheme === "BIOES" ? "BIES" : "BI";
  for (let place = 0; place <= tags.length; place++) {
    const before = tags[place - 1] ?? "O";
    const tag = tags[place] ?? "O";
    if (tag !== "O" && !(prefixes.includes(prefixOf(tag)) && SPAN_TAG.test(tag)))
      return {
        place,
        what: `the tag ${JSON.stringify(tag)} is none of ${scheme}: wanted O, or ${orList(prefixes)}, a dash and a type`,
      };
    const goesOn = "IE".includes(prefixOf(tag)) && tag !== "O";
    const isSame = before !== "O" && typeOf(before) === typeOf(tag);
    if (scheme === "BIO" && goesOn && !isSame) return { place, what: begins(tag, before) };
    if (scheme !== "BIOES") continue;
    const isOpen = "BI".includes(prefixOf(before)) && before !== "O";
    if (goesOn && !(isOpen && isSame)) return { place, what: begins(tag, before) };
    if (!goesOn && isOpen)
      return {
        place: place - 1,
        what: `the span of the tag ${before} does not end: wanted E-${typeOf(before)}, or S-${typeOf(before)} for a single token`,
      };
  }
  return undefined;
}

function begins(tag: string, before: string): string {
  return `the tag ${tag} follows ${before}, and a span begins with B-${typeOf(tag)}`;
}

function orList(prefixes: string): string {
  return [...prefixes].join(", ");
}

/** Tags of IOB1 in BIO: I that begins a span becomes B. */
export function fromIob1(tags: readonly string[]): readonly string[] {
  return tags.map((tag, place) => {
    const before = tags[place - 1] ?? "O";
    const isBegun = before !== "O" && typeOf(before) === typeOf(tag);
    return prefixOf(tag) === "I" && tag !== "O" && !isBegun ? `B-${typeOf(tag)}` : tag;
  });
}
