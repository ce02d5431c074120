// The pages of reports: one HTML file each, which needs nothing beside it.

import { renderSvg, type TopLevelSpec } from "../plot/svg.ts";
import { REPORT_STYLE } from "./report-style.ts";

/** A whole page. @param body Its parts in HTML; empty ones are left out. */
export function htmlPage(title: string, body: readonly string[]): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escapeHtml(title)}</title>
<style>${REPORT_STYLE}</style>
</head>
<body>
${body.filter((part) => part !== "").join("\n")}
</body>
</html>
`;
}

/** A chart, drawn. */
export async function figure(spec: TopLevelSpec): Promise<string> {
  return `<figure>${await renderSvg(spec)}</figure>`;
}

/** One row of a table: cells in HTML, the first to the left. */
export interface TableRow {
  readonly cells: readonly string[];
  /** Set off as the best. */
  readonly isBest?: boolean | undefined;
}

/** @param heads texts @param kind `texts` where the last column is of long texts, otherwise all but the first are numbers */
export function htmlTable(
  heads: readonly string[],
  rows: readonly TableRow[],
  kind: "numbers" | "texts" = "numbers",
): string {
  const head = heads.map((text) => `<th>${escapeHtml(text)}</th>`).join("");
  const body = rows.map(
    ({ cells, isBest }) =>
      `<tr${isBest === true ? ' class="best"' : ""}>${cells.map((cell) => `<td>${cell}</td>`).join("")}</tr>`,
  );
  return `<div class="scroll"><table${kind === "texts" ? ' class="texts"' : ""}><thead><tr>${head}</tr></thead>
<tbody>${body.join("\n")}</tbody></table></div>`;
}

/** Terms with what is said of them, as texts. */
export function htmlTerms(rows: readonly (readonly [term: string, text: string])[]): string {
  return `<dl>${rows
    .map(([term, text]) => `<dt>${escapeHtml(term)}</dt><dd>${escapeHtml(text)}</dd>`)
    .join("\n")}</dl>`;
}

export function paragraph(text: string, style?: string): string {
  return `<p${style === undefined ? "" : ` class="${style}"`}>${escapeHtml(text)}</p>`;
}

export function escapeHtml(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replaceAll('"', "&quot;");
}
