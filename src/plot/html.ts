// Vega-Lite specifications as pages that answer the mouse: one HTML file each, with Vega in it.

import { readFile } from "node:fs/promises";
import type { TopLevelSpec } from "vega-lite";
import { HOVER_SCRIPT, HOVER_STYLE } from "./hover.ts";
import { CHART_CONFIG, DARK, darkRules, LIGHT } from "./theme.ts";

/** Lets the wheel and the mouse move the time axis of a chart of layers. */
const ZOOM = { name: "zoom", select: { type: "interval", encodings: ["x"] }, bind: "scales" };

/**
 * Draws a chart as a page: what is under the mouse is told in figures, and a chart of one panel can be moved and stretched along its
 * time axis. The page needs nothing beside it, and follows the reader's preference for light or dark.
 *
 * @param spec A Vega-Lite specification with its data in it.
 * @param title The page's title.
 */
export async function renderHtml(spec: TopLevelSpec, title: string): Promise<string> {
  const { compile } = await import("vega-lite");
  // The page has the background. Of a line, the mouse meets the points.
  const config = {
    ...CHART_CONFIG,
    background: null,
    mark: { tooltip: true },
    line: { point: { opacity: 0, size: 90 } },
  };
  const silent = {
    level: () => silent,
    warn: () => silent,
    info: () => silent,
    debug: () => silent,
    error: () => silent,
  };
  const compiled = compile({ ...withZoom(spec), config: { ...config, ...spec.config } } as TopLevelSpec, {
    logger: silent as never,
  }).spec;
  const vega = await readFile(new URL("build/vega.min.js", packageFolder("vega")), "utf8");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; script-src 'unsafe-inline' 'unsafe-eval'; img-src data:">
<title>${escapeHtml(title)}</title>
<style>:root{color-scheme:light dark}body{margin:1rem;background:${LIGHT.background};font-family:${CHART_CONFIG.font}}
@media (prefers-color-scheme:dark){body{background:${DARK.background}}}${darkRules()}
${HOVER_STYLE}
#hint{margin:.25rem 12px;font-size:12px;opacity:.65}</style>
</head>
<body>
<div id="chart"></div>
${isOnePanel(spec) ? `<p id="hint">${HINT}</p>\n` : ""}<script>${vega.replaceAll("</script", "<\\/script")}</script>
<script>
const spec = ${JSON.stringify(compiled).replaceAll("<", "\\u003c")};
${HOVER_SCRIPT}
new vega.View(vega.parse(spec), { renderer: "svg", hover: true, tooltip: hover }).initialize("#chart").runAsync();
</script>
</body>
</html>
`;
}

const HINT = "The wheel stretches the time axis, dragging moves it, a double click shows all of it again.";

function isOnePanel(spec: object): spec is { readonly layer: readonly object[] } {
  return "layer" in spec && Array.isArray(spec.layer) && hasTimeAxis(spec);
}

/** The chart with a time axis that can be moved, where it is one panel of layers: the last one takes the mouse. */
function withZoom(spec: TopLevelSpec): object {
  if (!isOnePanel(spec)) return spec;
  const { layer } = spec;
  return {
    ...(spec as object),
    layer: layer.map((one, i) => (i === layer.length - 1 ? { ...one, params: [ZOOM] } : one)),
  };
}

/** Where a package lies: the folder above the file that `import` of it would load. */
function packageFolder(name: string): URL {
  const main = import.meta.resolve(name);
  return new URL(main.slice(0, main.lastIndexOf(`/${name}/`) + name.length + 2));
}

function escapeHtml(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

/** Whether anything in a specification is drawn over time. */
function hasTimeAxis(spec: unknown): boolean {
  if (typeof spec !== "object" || spec === null) return false;
  if (
    "x" in spec &&
    typeof spec.x === "object" &&
    spec.x !== null &&
    "type" in spec.x &&
    spec.x.type === "temporal"
  )
    return true;
  return Object.entries(spec).some(
    ([name, part]) => name !== "data" && name !== "datasets" && hasTimeAxis(part),
  );
}
