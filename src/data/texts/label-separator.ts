// Whether labels look like lists of labels: "food|travel".

import type { TextLabel } from "./text-options.ts";

const SEPARATORS = ["|", ";", ","];
/** Of fewer different labels nothing is said. */
const FEW = 4;

/**
 * What seems to separate several labels in one cell: most of the different labels have it in them, and what stands between is fewer than
 * they are. Undefined where there is no such thing.
 */
export function separatorIn(labels: readonly (TextLabel | undefined)[]): string | undefined {
  const kinds = [...new Set(labels.filter((label) => typeof label === "string"))];
  if (kinds.length < FEW) return undefined;
  return SEPARATORS.find((separator) => {
    const lists = kinds.filter((kind) => kind.includes(separator));
    const parts = new Set(kinds.flatMap((kind) => kind.split(separator)).map((part) => part.trim()));
    return lists.length > kinds.length / 2 && parts.size < kinds.length;
  });
}
