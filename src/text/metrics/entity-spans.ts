// Entities among tags: the spans that B-PER, I-PER, O and their like mark.

import { RecurraError } from "../../platform/error.ts";

/**
 * How tags mark entities. "BIO": B begins one, I goes on (also known as IOB2). "BIOES": E ends one besides, and S is one of a single token.
 */
export type TagScheme = "BIO" | "BIOES";

/** An entity: tokens `from` to `to` - 1. */
export interface EntitySpan {
  readonly type: string;
  readonly from: number;
  readonly to: number;
}

/** A tag taken apart: `B-PER` is the prefix B and the type PER. */
interface Tag {
  readonly prefix: string;
  readonly type: string;
}

const OUTSIDE: Tag = { prefix: "O", type: "" };

/**
 * The entities of a sentence as the script conlleval finds them, which mends tags: I of another type than the tag before, or after O,
 * begins an entity, and E and S may stand among B and I.
 *
 * @param tags [T] `O`, or a prefix B, I, E or S, a dash and a type
 * @throws RecurraError `tag` for anything else, naming its place
 */
export function entitiesOf(tags: readonly string[]): readonly EntitySpan[] {
  const spans: EntitySpan[] = [];
  let [before, from] = [OUTSIDE, 0];
  for (let t = 0; t <= tags.length; t++) {
    const tag = t === tags.length ? OUTSIDE : parseTag(tags[t], t, "BIES");
    const isBroken = tag.prefix === "O" || "BS".includes(tag.prefix) || tag.type !== before.type;
    const isOver = "ES".includes(before.prefix);
    if (before.prefix !== "O" && (isOver || isBroken)) spans.push({ type: before.type, from, to: t });
    if (tag.prefix !== "O" && (before.prefix === "O" || isOver || isBroken)) from = t;
    before = tag;
  }
  return spans;
}

/**
 * The entities that are marked without a fault: B, then I of the same type; in BIOES B, then I, then E of the same type, or S. Tags that do
 * not fit are as O.
 *
 * @throws RecurraError `tag` for what is no tag of the scheme, naming its place
 */
export function strictEntitiesOf(tags: readonly string[], scheme: TagScheme): readonly EntitySpan[] {
  const prefixes = scheme === "BIO" ? "BI" : "BIES";
  const parsed = tags.map((tag, t) => parseTag(tag, t, prefixes));
  const spans: EntitySpan[] = [];
  for (let from = 0; from < parsed.length; from++) {
    const { prefix, type } = parsed[from] ?? OUTSIDE;
    if (prefix === "S") spans.push({ type, from, to: from + 1 });
    if (prefix !== "B") continue;
    let to = from + 1;
    const follows = (wanted: string) => parsed[to]?.prefix === wanted && parsed[to]?.type === type;
    while (follows("I")) to++;
    const isEnded = scheme === "BIO" || follows("E");
    if (isEnded) spans.push({ type, from, to: scheme === "BIO" ? to : to + 1 });
  }
  return spans;
}

/** @param prefixes those there are besides O */
function parseTag(tag: string | undefined, place: number, prefixes: string): Tag {
  if (tag === "O") return OUTSIDE;
  const prefix = tag?.[0] ?? "";
  if (tag !== undefined && prefixes.includes(prefix) && prefix !== "" && (tag.length === 1 || tag[1] === "-"))
    return { prefix, type: tag.slice(2) || "_" };
  throw new RecurraError(
    "tag",
    `The tag of token ${place} is ${tag === undefined ? "missing" : JSON.stringify(tag)}; wanted O, or ${prefixes.split("").join(", ")} with a dash and the type of the entity, as B-PER`,
  );
}
