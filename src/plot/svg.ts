// Vega-Lite specifications to SVG, by Vega's own renderer: no browser and no canvas needed.

import type { TopLevelSpec } from "vega-lite";
import { CHART_CONFIG, darkRules } from "./theme.ts";

export type { TopLevelSpec };

/**
 * Draws a chart as SVG text that follows the reader's preference for light or dark.
 *
 * @param spec A Vega-Lite specification with its data in it. Recurra's look is its configuration where it has none of its own.
 */
export async function renderSvg(spec: TopLevelSpec): Promise<string> {
  const [{ compile }, { parse, View, Warn, logger }] = await Promise.all([
    import("vega-lite"),
    import("vega"),
  ]);
  const quiet = logger(Warn, "warn", () => {});
  const compiled = compile({ ...spec, config: { ...CHART_CONFIG, ...spec.config } }, { logger: quiet }).spec;
  const view = new View(parse(compiled), { renderer: "none", logger: quiet });
  try {
    const svg = await view.toSVG();
    // Only what is drawn is kept: the parts' roles would be read out one by one.
    return svg
      .replace(/ (?:aria-[a-z]+|role|aria-roledescription)="[^"]*"/g, "")
      .replace("<svg ", '<svg role="img" ')
      .replace(/(<svg [^>]*>)/, `$1<style>${darkRules()}</style>`);
  } finally {
    view.finalize();
  }
}
