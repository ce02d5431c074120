// The part of a page that says which series were left out, and why.

import { escapeHtml } from "../../report/page.ts";
import type { SkippedSeries } from "./parts.ts";

/** How many are named. */
const LISTED = 50;

/** Empty where none was. @param file where all of them stand; undefined for nowhere */
export function skippedList(skipped: readonly SkippedSeries[], file?: string): string {
  if (skipped.length === 0) return "";
  const items = skipped
    .slice(0, LISTED)
    .map(({ series, reason }) => `<li><strong>${escapeHtml(series)}</strong>: ${escapeHtml(reason)}</li>`);
  const rest = skipped.length - LISTED;
  const where = file === undefined ? "more" : `more are in ${file}`;
  const more = rest > 0 ? `<li>${rest.toLocaleString("en-US")} ${where}.</li>` : "";
  return `<h2>Series left out</h2>\n<ul>${items.join("\n")}${more}</ul>`;
}
