// The page of a trace: what a network does with a text, layer by layer, and the charts that are on it.

import { renderSvg, type TopLevelSpec } from "../../plot/svg.ts";
import { percent } from "../../report/numbers.ts";
import { escapeHtml, htmlPage, htmlTable, paragraph } from "../../report/page.ts";
import type { RecurrentTextTrace, TextLayerTrace, TextVerdict } from "../inside/layer-trace.ts";
import type { TextTrace } from "../inside/text-trace.ts";
import { liveliestUnits, plotsOf } from "../inside/trace-charts.ts";

/** A chart, drawn. */
export interface TraceChart {
  /** As its file is called: `lstm-cell`. */
  readonly name: string;
  readonly svg: string;
}

/** The charts of a trace, and the page that has them. */
export interface TracePage {
  readonly html: string;
  readonly charts: readonly TraceChart[];
}

/** Layers on the page, units of a gate, and units by which the text is coloured. */
const LAYERS = 12;
const GATE_UNITS = 16;
const COLOURED = 3;

const KINDS: Readonly<Record<TextLayerTrace["kind"], string>> = {
  lstm: "LSTM",
  gru: "GRU",
  simpleRNN: "simple recurrent network",
  recurrent: "recurrent layer",
  attention: "attention",
};

/** Draws all of a trace. @param model what the model is called: `lstm` */
export async function tracePage(trace: TextTrace, model: string): Promise<TracePage> {
  const charts: TraceChart[] = [];
  const draw = async (name: string, svg: string | TopLevelSpec) => {
    const drawn = typeof svg === "string" ? svg : await renderSvg(svg);
    charts.push({ name: fileName(name), svg: drawn });
    return `<figure>${drawn}</figure>`;
  };
  const title = `Inside ${model}: a text token by token`;
  const parts = [`<h1>${escapeHtml(title)}</h1>`, paragraph(readingLine(trace), "lead")];
  if (trace.verdict !== undefined) {
    parts.push(paragraph(verdictLine(trace.verdict), "verdict"));
    parts.push(await draw("verdict", trace.spec({ of: "verdict" })));
  }
  if (trace.reading !== undefined) {
    parts.push(paragraph(surpriseLine(trace.reading.logProbabilities), "verdict"));
    if (trace.tokens.length > 1) parts.push(await draw("surprise", trace.spec({ of: "surprise" })));
    parts.push("<h2>What it expects after the last token</h2>", nextTable(trace.reading));
  }
  for (const layer of trace.layers.slice(0, LAYERS)) {
    parts.push(`<h2>${escapeHtml(headOf(layer))}</h2>`);
    if (layer.kind === "attention") {
      parts.push(await draw(`${layer.name}-attention`, trace.spec({ layer: layer.name, of: "attention" })));
    } else parts.push(...(await recurrentParts(trace, layer, draw)));
  }
  if (trace.layers.length > LAYERS)
    parts.push(
      paragraph(`The first ${LAYERS} of ${trace.layers.length} layers; trace.json has them all.`, "small"),
    );
  parts.push(paragraph(NOTE, "small"));
  return { html: htmlPage(title, parts), charts };
}

const NOTE =
  "Units have no names: what one stands for shows in when it changes. A unit that follows something that a person sees, such as a quotation, is the exception (Karpathy, Johnson & Fei-Fei, “Visualizing and understanding recurrent networks”, 2015); and where attention looks need not be why the network decides as it does.";

async function recurrentParts(
  trace: TextTrace,
  layer: RecurrentTextTrace,
  draw: (name: string, svg: string | TopLevelSpec) => Promise<string>,
): Promise<readonly string[]> {
  const { name } = layer;
  const has = plotsOf(layer);
  const parts: string[] = [];
  const units = liveliestUnits(layer);
  if (has.includes("cell")) parts.push(await draw(`${name}-cell`, trace.spec({ layer: name, of: "cell" })));
  parts.push(await draw(`${name}-hidden`, trace.spec({ layer: name, of: "hidden" })));
  if (layer.isByToken && trace.segments.some(({ text }) => text.trim() !== "")) {
    parts.push("<h3>The text in the colours of the units that change most</h3>");
    for (const unit of units.slice(0, COLOURED))
      parts.push(await draw(`${name}-unit-${unit}`, trace.colouredText(unit, { layer: name })));
  }
  if (has.includes("saturation")) {
    parts.push("<h3>Gates</h3>");
    parts.push(await draw(`${name}-saturation`, trace.spec({ layer: name, of: "saturation" })));
    for (const gate of Object.keys(layer.gates))
      parts.push(
        await draw(
          `${name}-${gate}`,
          trace.spec({ layer: name, of: gate, units: units.slice(0, GATE_UNITS) }),
        ),
      );
  }
  return parts;
}

/** `lstm: LSTM of 32 units`. */
export function headOf(layer: TextLayerTrace): string {
  if (layer.kind === "attention") {
    const [heads = 0] = layer.weights.shape;
    return `${layer.name}: attention of ${heads} head${heads === 1 ? "" : "s"}`;
  }
  const [, units = 0] = layer.hidden.shape;
  const way = layer.direction === "backward" ? ", read from the end" : "";
  return `${layer.name}: ${KINDS[layer.kind]} of ${units} unit${units === 1 ? "" : "s"}${way}`;
}

/** How much of the text was read. */
export function readingLine({ tokens, leftOut }: TextTrace): string {
  const count = tokens.length;
  const { before, after } = leftOut;
  const read = `${count} token${count === 1 ? "" : "s"} of the text`;
  if (before + after === 0) return `${read}.`;
  const left = [
    ...(before > 0 ? [before === 1 ? "the first" : `the first ${before}`] : []),
    ...(after > 0 ? [after === 1 ? "the last" : `the last ${after}`] : []),
  ].join(" and ");
  return `${read}; ${left} ${before + after === 1 ? "was" : "were"} not read.`;
}

/** What a classifier says in the end. */
export function verdictLine({ classes, isMulti, probabilities }: TextVerdict): string {
  const last = probabilities.toFloat64().subarray(-classes.length);
  if (isMulti) {
    const labels = classes.filter((_, k) => (last[k] ?? 0) >= 0.5);
    return labels.length === 0 ? "It finds no label." : `It says \u2068${labels.join(", ")}\u2069.`;
  }
  const best = last.reduce((at, value, k) => (value > (last[at] ?? 0) ? k : at), 0);
  // A name of another direction leaves the figures beside it where they are.
  return `It says \u2068“${classes[best] ?? ""}”\u2069, with a probability of ${percent(last[best] ?? 0)}.`;
}

/** How well a language model foresees the text. */
export function surpriseLine(logProbabilities: Float64Array): string {
  const known = logProbabilities.filter((value) => Number.isFinite(value));
  if (known.length === 0) return "One token alone tells nothing of how well it foresees a text.";
  const bits = -known.reduce((sum, value) => sum + value, 0) / known.length / Math.LN2;
  return `Each token after the first costs it ${bits.toFixed(2)} bits on average: it is as unsure as between ${(2 ** bits).toFixed(1)} equally likely ones.`;
}

function nextTable({ next }: NonNullable<TextTrace["reading"]>): string {
  return htmlTable(
    ["token", "probability"],
    (next.at(-1) ?? []).map(({ token, probability }) => ({
      cells: [`<bdi>${escapeHtml(visible(token))}</bdi>`, percent(probability)],
    })),
  );
}

const visible = (token: string) =>
  token.trim() === "" ? token.replaceAll(" ", "␣").replaceAll("\n", "↵") || "(nothing)" : token;

/** A name that every file system takes. */
function fileName(name: string): string {
  return name.replace(/[^\p{L}\p{N}_-]+/gu, "-");
}
