// Charts as PNG.

/**
 * Draws SVG text as a PNG, in light colours.
 *
 * @param svg As `renderSvg` gives it.
 * @param options.zoom Pixels for one unit of the drawing; 2 by default.
 * @returns The bytes of the file.
 */
export async function renderPng(svg: string, options: { readonly zoom?: number } = {}): Promise<Uint8Array> {
  const { Resvg } = await import("@resvg/resvg-js");
  const drawing = new Resvg(svg, {
    fitTo: { mode: "zoom", value: options.zoom ?? 2 },
    font: { loadSystemFonts: true, defaultFontFamily: "DejaVu Sans" },
  });
  return drawing.render().asPng();
}
