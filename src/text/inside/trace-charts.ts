// The charts of a trace: heat maps of states and gates, maps of attention, the coloured text.

import { checkOptionNames } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { attentionSpec } from "../../plot/attention-chart.ts";
import { gateSaturationSpec } from "../../plot/gate-chart.ts";
import { changingUnits, stateSpec } from "../../plot/state-chart.ts";
import type { TopLevelSpec } from "../../plot/svg.ts";
import { tokenSpec } from "../../plot/token-line-chart.ts";
import { unitTextSvg } from "../../plot/unit-text.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import { chosenClasses } from "./classes.ts";
import type { RecurrentTextTrace, TextLayerTrace, TextTraceParts } from "./layer-trace.ts";

/** Which chart of a trace is wanted. */
export interface TracePlotOptions {
  /** Default: the first that has what is wanted. */
  readonly layer?: string | undefined;
  /**
   * "hidden", "cell" or a gate by its name: a heat map of units and tokens; "saturation": how often the gates are closed and open;
   * "attention": a map for each head; "verdict": how a classifier's verdict builds up; "surprise": bits that each token costs a language
   * model. Default: what a first look is at.
   */
  readonly of?: string | undefined;
  /** Units that are drawn. Default: those that change most. */
  readonly units?: readonly number[] | undefined;
  /** Default 32. */
  readonly maxUnits?: number | undefined;
  /** Tokens that are drawn, from the first. Default 120, of attention 40. */
  readonly maxTokens?: number | undefined;
}

/** What of a layer the text is coloured by. */
export interface ColouredTextOptions {
  /** Default: the first recurrent layer. */
  readonly layer?: string | undefined;
  /** "hidden", "cell" or a gate. Default: the cell of an LSTM, as its tanh; otherwise the hidden state. */
  readonly of?: string | undefined;
  /** Tokens that are shown, from the first. Default 1000. */
  readonly maxTokens?: number | undefined;
}

/** The gate whose values are around 0; the others are shares. */
const CANDIDATE = "candidate";

/** The Vega-Lite specification of a chart. @throws RecurraError as `TextTrace.spec` */
export function traceSpec(trace: TextTraceParts, options: TracePlotOptions): TopLevelSpec {
  checkOptionNames("plot", options, ["layer", "of", "units", "maxUnits", "maxTokens"]);
  const { of = trace.layers[0]?.kind === "attention" ? "attention" : "hidden", maxTokens } = options;
  const { tokens, verdict, reading } = trace;
  if (of === "verdict" && verdict !== undefined)
    return tokenSpec({
      tokens,
      series: chosenClasses(verdict),
      title: "How the verdict builds up",
      subtitle: "The probability of each class, had the text ended after the token.",
      quantity: "probability",
      domain: [0, 1],
      format: "%",
      maxTokens,
    });
  if (of === "surprise" && reading !== undefined)
    return tokenSpec({
      tokens,
      series: [{ name: "bits", values: reading.logProbabilities.map((value) => -value / Math.LN2) }],
      marks: "bars",
      title: "How much each token surprises",
      subtitle: "−log₂ of its probability after the tokens before it.",
      quantity: "bits",
      maxTokens,
    });
  const layer = options.layer === undefined ? firstWith(trace, of) : layerOf(trace, options.layer);
  if (!plotsOf(layer).includes(of)) throw lacks(trace, of, layer);
  return layer.kind === "attention"
    ? attentionSpec({
        tokens: layer.steps,
        weights: layer.weights,
        rest: "(padding)",
        title: `Attention of ${layer.name}`,
        maxTokens,
      })
    : recurrentSpec(layer, of, options);
}

/** @param of one of those that `plotsOf` lists */
function recurrentSpec(layer: RecurrentTextTrace, of: string, options: TracePlotOptions): TopLevelSpec {
  const { name, direction, steps, isByToken } = layer;
  if (of === "saturation")
    return gateSaturationSpec({
      gates: shareGates(layer),
      title: `How often gates of ${name} are closed and open`,
    });
  const { units, maxUnits, maxTokens } = options;
  const what =
    of === "hidden"
      ? "Hidden state"
      : of === "cell"
        ? "Memory cells"
        : of === CANDIDATE
          ? "Candidate"
          : `The ${of} gate`;
  return stateSpec({
    tokens: steps,
    values: valuesOf(layer, of),
    range: ["hidden", "cell", CANDIDATE].includes(of) ? "signed" : "share",
    what: isByToken ? "tokens" : "stretches of the text",
    title: `${what} of ${name}${direction === "backward" ? " (read from the end)" : ""}`,
    units,
    maxUnits,
    maxTokens,
  });
}

/** @param of one of those that `plotsOf` lists */
function valuesOf({ hidden, cell, gates }: RecurrentTextTrace, of: string): NdArray {
  return (of === "hidden" ? undefined : of === "cell" ? cell : gates[of]) ?? hidden;
}

/** The text in the colours of a unit, as SVG. @throws RecurraError as `TextTrace.colouredText` */
export function unitText(trace: TextTraceParts, unit: number, options: ColouredTextOptions): string {
  checkOptionNames("colouredText", options, ["layer", "of", "maxTokens"]);
  const layer = options.layer === undefined ? firstWith(trace, "hidden") : layerOf(trace, options.layer);
  if (layer.kind === "attention") throw lacks(trace, "hidden", layer);
  const { of = layer.cell === undefined ? "hidden" : "cell", maxTokens = 1000 } = options;
  const end = trace.segments.findIndex(({ token }) => token === maxTokens);
  if (of === "saturation" || !plotsOf(layer).includes(of)) throw lacks(trace, of, layer);
  if (!layer.isByToken)
    throw new RecurraError(
      "unknown-name",
      `The steps of ${layer.name} are stretches of the text, not tokens, so there is no colour for each token; plot() draws them`,
    );
  const values = valuesOf(layer, of);
  const [, width = 0] = values.shape;
  if (!(Number.isInteger(unit) && unit >= 0 && unit < width))
    throw new RecurraError("chart", `${layer.name} has no unit ${unit}; its units are 0 to ${width - 1}`);
  const numbers = values.toFloat64();
  const valueAt = (t: number) => {
    const value = numbers[t * width + unit] ?? 0;
    return of === "cell" ? Math.tanh(value) : value;
  };
  return unitTextSvg({
    segments: trace.segments
      .slice(0, end < 0 ? undefined : end)
      .map(({ text, token }) => (token === undefined ? { text } : { text, value: valueAt(token) })),
    title: `Unit ${unit} of ${layer.name}${of === "cell" ? ", tanh(c)" : of === "hidden" ? "" : `, ${of} gate`}`,
  });
}

/** The trace of a layer. @throws RecurraError `unknown-name` */
export function layerOf({ layers }: TextTraceParts, name: string): TextLayerTrace {
  const found = layers.find((layer) => layer.name === name);
  if (found !== undefined) return found;
  const names = layers.map((layer) => layer.name);
  throw new RecurraError(
    "unknown-name",
    `The trace has no layer "${name}". ${suggestion(name, names)}It has ${names.join(", ")}`,
  );
}

function firstWith(trace: TextTraceParts, of: string): TextLayerTrace {
  const found = trace.layers.find((layer) => plotsOf(layer).includes(of));
  if (found !== undefined) return found;
  const [layer] = trace.layers;
  throw layer === undefined
    ? new RecurraError("unknown-name", "The trace has no layers")
    : lacks(trace, of, layer);
}

function lacks(trace: TextTraceParts, of: string, layer: TextLayerTrace): RecurraError {
  const has = [
    ...plotsOf(layer),
    ...(trace.verdict === undefined ? [] : ["verdict"]),
    ...(trace.reading === undefined ? [] : ["surprise"]),
  ];
  return new RecurraError(
    "unknown-name",
    `${layer.name} (${layer.kind}) has no "${of}" to draw. ${suggestion(of, has)}There are ${has.join(", ")}`,
  );
}

/** What `of` may be for a layer. */
export function plotsOf(layer: TextLayerTrace): readonly string[] {
  if (layer.kind === "attention") return ["attention"];
  const gates = Object.keys(layer.gates);
  return [
    "hidden",
    ...(layer.cell === undefined ? [] : ["cell"]),
    ...gates,
    ...(gates.length === 0 ? [] : ["saturation"]),
  ];
}

/** The gates whose values are shares: all but the candidate. */
export function shareGates({ gates }: RecurrentTextTrace): Readonly<Record<string, NdArray>> {
  return Object.fromEntries(Object.entries(gates).filter(([name]) => name !== CANDIDATE));
}

/** The units of a layer by how much they change from token to token: of the cell where there is one, else of the hidden state. */
export function liveliestUnits({ cell, hidden }: RecurrentTextTrace): readonly number[] {
  return changingUnits(cell ?? hidden);
}
