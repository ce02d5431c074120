// TextTrace: what a network did with each token of a text, and its charts.

import { renderSvg, type TopLevelSpec } from "../../plot/svg.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { TextLayerTrace, TextTraceParts } from "./layer-trace.ts";
import type { TokenSegment } from "./token-places.ts";
import {
  type ColouredTextOptions,
  layerOf,
  type TracePlotOptions,
  traceSpec,
  unitText,
} from "./trace-charts.ts";

/** What a network did with a text. Made by `traceText`. */
export class TextTrace implements TextTraceParts {
  readonly text: string;
  /** [T] Those that were read, without padding. */
  readonly tokens: readonly string[];
  /** The stretch of the text that was read, piece by piece. */
  readonly segments: readonly TokenSegment[];
  /** Tokens of the text that were not read: before those that were, and after them. */
  readonly leftOut: { readonly before: number; readonly after: number };
  readonly layers: readonly TextLayerTrace[];
  /** Of a classifier. */
  readonly verdict: TextTraceParts["verdict"];
  /** Of a language model: ln of the probability of each token after those before it (NaN for the first), and what else was likely. */
  readonly reading: TextTraceParts["reading"];

  constructor(parts: TextTraceParts) {
    this.text = parts.text;
    this.tokens = parts.tokens;
    this.segments = parts.segments;
    this.leftOut = parts.leftOut;
    this.layers = parts.layers;
    this.verdict = parts.verdict;
    this.reading = parts.reading;
  }

  /** The trace of a layer. @throws RecurraError `unknown-name` */
  layer(name: string): TextLayerTrace {
    return layerOf(this, name);
  }

  /** A chart as SVG text that follows the reader's preference for light or dark. @throws RecurraError as {@link spec} */
  plot(options: TracePlotOptions = {}): Promise<string> {
    return renderSvg(this.spec(options));
  }

  /**
   * The Vega-Lite specification of a chart, for `renderSvg` and `renderHtml` of recurra/plot.
   *
   * @throws RecurraError `unknown-name` for a layer, and for what the trace, or the layer, does not have; `chart` for a unit that there
   *   is not; `unknown-option`
   */
  spec(options: TracePlotOptions = {}): TopLevelSpec {
    return traceSpec(this, options);
  }

  /**
   * The text with each token in the colour of what a unit is after it, as SVG text.
   *
   * @throws RecurraError `unknown-name` for a layer without such units, or whose steps are not tokens; `chart` for a unit that there is not
   */
  colouredText(unit: number, options: ColouredTextOptions = {}): string {
    return unitText(this, unit, options);
  }

  /** As plain JSON; numbers with 6 digits. */
  toJSON(): object {
    const nested = (array: NdArray) => rounded(array.toNested());
    return {
      format: "recurra-text-trace",
      version: 1,
      text: this.text,
      tokens: this.tokens,
      leftOut: this.leftOut,
      ...(this.verdict && {
        verdict: { classes: this.verdict.classes, probabilities: nested(this.verdict.probabilities) },
      }),
      ...(this.reading && {
        reading: {
          logProbabilities: Array.from(this.reading.logProbabilities, (value) =>
            Number.isFinite(value) ? rounded(value) : null,
          ),
          next: this.reading.next.map((tokens) =>
            tokens.map(({ token, probability }) => ({ token, probability: rounded(probability) })),
          ),
        },
      }),
      layers: this.layers.map((layer) => {
        const { name, kind, steps, isByToken } = layer;
        const shared = { name, kind, ...(!isByToken && { steps }) };
        if (layer.kind === "attention") return { ...shared, weights: nested(layer.weights) };
        const { direction, hidden, cell, gates } = layer;
        return {
          ...shared,
          direction,
          hidden: nested(hidden),
          ...(cell && { cell: nested(cell) }),
          gates: Object.fromEntries(Object.entries(gates).map(([gate, values]) => [gate, nested(values)])),
        };
      }),
    };
  }
}

type Numbers = number | readonly Numbers[];

function rounded(value: unknown): Numbers {
  return Array.isArray(value) ? value.map(rounded) : Number(Number(value).toPrecision(6));
}
