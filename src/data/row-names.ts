// Naming rows of a file in messages, and showing a few of many.

/** What a row is called in messages, given its position among the rows that were read: `row 21`. */
export type RowName = (position: number) => string;

/** The first few of `items`, and how many more there are: `1953-07, 1953-08 and 12 more`. */
export function fewOf(items: readonly string[], shown = 3): string {
  if (items.length <= shown) return listOf(items);
  return `${items.slice(0, shown).join(", ")} and ${items.length - shown} more`;
}

/** `a`, `a and b`, `a, b and c`; or with another word before the last. */
export function listOf(items: readonly string[], word = "and"): string {
  const last = items.at(-1) ?? "";
  return items.length < 2 ? last : `${items.slice(0, -1).join(", ")} ${word} ${last}`;
}

/** A value as it is quoted in messages: cut when it is long, control characters made visible. */
export function quoted(value: string): string {
  const cut = value.length > 40 ? `${value.slice(0, 40)}…` : value;
  return JSON.stringify(cut);
}

/** `1 row`, `2 rows`. */
export function countOf(count: number, noun: string): string {
  return `${count.toLocaleString("en-US")} ${noun}${count === 1 ? "" : "s"}`;
}
