// A model as a drawing: a box for each layer with its class, name and shapes, and arrows between them, as SVG.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { NetworkLike } from "../network-types.ts";
import { darkRules } from "./colours.ts";
import { graphPicture } from "./graph-picture.ts";
import { modelGraph } from "./model-graph.ts";
import { escaped, fill } from "./svg-text.ts";

export interface PlotOptions {
  /** What each layer reads and gives. Default true. */
  readonly showShapes?: boolean;
  /** The names of the layers beside their classes. Default true. */
  readonly showNames?: boolean;
  /** The dtypes of what each layer reads and gives. Default false. */
  readonly showDtypes?: boolean;
  /** The activation of layers that are given one. Default false. */
  readonly showActivations?: boolean;
  /** Which layers are frozen. Default false. */
  readonly showTrainable?: boolean;
  /** Draw models that stand within the model with their own layers. Default false. */
  readonly expandNested?: boolean;
  /** From top to bottom, or from left to right. Default "TB". */
  readonly direction?: "TB" | "LR";
}

const flags = [
  "showShapes",
  "showNames",
  "showDtypes",
  "showActivations",
  "showTrainable",
  "expandNested",
] as const satisfies readonly (keyof PlotOptions)[];

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const margin = 16;

/**
 * Draws a model as SVG text, as Keras' `plot_model` does: boxes in the order of computation, with shapes whose batch size is None. The
 * drawing follows the reader's preference for light or dark. `renderPng` of `recurra/plot` makes a PNG of it.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function plotModel(model: NetworkLike, options: PlotOptions = {}): string {
  checkOptionNames("plotModel", options, [...flags, "direction"]);
  for (const name of flags) {
    const value: unknown = options[name];
    if (value !== undefined && typeof value !== "boolean")
      throw new RecurraError(
        "option-value",
        `plotModel: ${name} is to be true or false, got ${describe(value)}`,
      );
  }
  const { direction = "TB", showNames = true, showShapes = true, showTrainable = false } = options;
  if (direction !== "TB" && direction !== "LR")
    throw new RecurraError(
      "option-value",
      `plotModel: direction is to be "TB" or "LR", got ${describe(direction)}`,
    );
  const { showDtypes = false, showActivations = false, expandNested = false } = options;
  const graph = modelGraph(model, { showShapes, showDtypes, showActivations, expandNested });
  const picture = graphPicture(graph, { showNames, showTrainable, isTurned: direction === "LR" });
  const [width, height] = [Math.ceil(picture.width) + 2 * margin, Math.ceil(picture.height) + 2 * margin];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">`,
    `<title>${escaped(`Model ${model.name}`)}</title><style>${darkRules()}</style>`,
    `<rect width="${width}" height="${height}" ${fill("background")}/>`,
    picture.draw({ x: margin, y: margin }),
    "</svg>",
  ].join("\n");
}
