// traceText: what a network does with each token of a text: states and gates of recurrent layers, maps of attention.

import {
  type AttentionLayerTrace,
  type RecurrentLayerTrace,
  traceableLayers,
  traceLayers,
} from "../../model/trace-layers.ts";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { TextClassifier } from "../classify/text-classifier.ts";
import type { LanguageModel } from "../language/language-model.ts";
import { NeuralLanguageModel } from "../language/neural/neural-language-model.ts";
import { Tagger } from "../tag/tagger.ts";
import type { NextToken, TextLayerTrace, TextTraceParts } from "./layer-trace.ts";
import {
  classifierReading,
  classifierRows,
  languageReading,
  type Reading,
  taggerReading,
} from "./reading.ts";
import { type Span, stepSpans } from "./step-spans.ts";
import { TextTrace } from "./text-trace.ts";
import { segmentsOf } from "./token-places.ts";

export interface TraceTextOptions {
  /** Recurrent and attention layers by their paths, or by what they are in. Default: all of them. */
  readonly layers?: readonly string[] | undefined;
  /** Tokens that a language model reads at most; a classifier reads as many as ever. Default 400. */
  readonly maxTokens?: number | undefined;
}

const optionNames: readonly (keyof TraceTextOptions)[] = ["layers", "maxTokens"];

/** Tokens that are told as likely to follow. */
const LIKELY = 5;

/**
 * Runs a text through a network and keeps what is inside: the hidden states of recurrent layers, the cells of an LSTM and the gates, after
 * each token; where attention looked. Of a classifier also how the verdict builds up from token to token, of a language model how likely
 * each token was and what else was.
 *
 *     const trace = await traceText(model, "The plot is thin, the actors are superb.");
 *     trace.tokens;                       // ["the", "plot", "is", …]
 *     trace.layers[0];                    // { name: "lstm", kind: "lstm", hidden: NdArray [T, U], cell, gates: { input, forget, … }, … }
 *     await trace.plot({ of: "forget" }); // SVG
 *
 * @param model a text classifier, a neural language model or a tagger
 * @param text a text; of a tagger its tokens, or a text with spaces between them
 * @throws RecurraError `empty-text` for a text without tokens; `nothing-inside` for a model of counts, and for a network without recurrent
 *   or attention layers; `unknown-name` for a layer that there is not; `unknown-character` as the tokeniser
 */
export async function traceText(
  model: TextClassifier | LanguageModel | Tagger,
  text: string | readonly string[],
  options: TraceTextOptions = {},
): Promise<TextTrace> {
  checkOptionNames("traceText", options, optionNames);
  const { layers, maxTokens = 400 } = options;
  checkCounts("traceText", { maxTokens });
  const reading = readingOf(model, text, maxTokens);
  const { network, inputs, tokens, steps, first } = reading;
  const known = traceableLayers(network);
  if (known.length === 0)
    throw new RecurraError(
      "nothing-inside",
      `The network (${nameOf(model)}) has no recurrent layer and no attention, so there are no states to trace. Trace one that has: ${TRACEABLE}.`,
    );
  for (const name of layers ?? [])
    if (!known.some((path) => path === name || path.startsWith(`${name}/`)))
      throw new RecurraError(
        "unknown-name",
        `There is no recurrent or attention layer "${name}". ${suggestion(name, known)}There are ${known.join(", ")}.`,
      );
  const traced = await traceLayers(network, inputs, { layers: layers ?? known });
  const spansOf = (count: number) => (count === steps ? undefined : stepSpans(network, steps, count));
  const shared: Omit<TextTraceParts, "verdict" | "reading"> = {
    text: reading.text,
    tokens: tokens.map((token) => token.text),
    segments: segmentsOf(reading.text, tokens),
    leftOut: reading.leftOut,
    layers: traced.layers.flatMap((layer): TextLayerTrace[] =>
      layer.kind === "output" ? [] : [onTokens(layer, reading, spansOf)],
    ),
  };
  if (model instanceof TextClassifier)
    return new TextTrace({
      ...shared,
      verdict: await verdictOf(
        model,
        tokens.map(({ id }) => id),
      ),
    });
  if (model instanceof NeuralLanguageModel && model.forms.reads !== "window") {
    const logits = traced.outputs[0]?.data as Float32Array;
    const ids = tokens.map(({ id }) => id);
    return new TextTrace({
      ...shared,
      reading: likelihoods(model, logits.subarray(first * model.tokenizer.vocabulary.size), ids),
    });
  }
  return new TextTrace(shared);
}

const TRACEABLE = "rnn, lstm, gru, bilstm, conv-rnn, transformer, gpt";

function nameOf(model: TextClassifier | LanguageModel | Tagger): string {
  return "config" in model ? model.config.name : "counts";
}

function readingOf(
  model: TextClassifier | LanguageModel | Tagger,
  text: string | readonly string[],
  maxTokens: number,
): Reading {
  if (model instanceof Tagger) return taggerReading(model, text);
  if (typeof text !== "string")
    throw new RecurraError("option-value", `traceText: wants a text, got ${describe(text)}`);
  if (model instanceof TextClassifier) return classifierReading(model, text);
  if (model instanceof NeuralLanguageModel) return languageReading(model, text, maxTokens);
  throw new RecurraError(
    "nothing-inside",
    `The model counts n-grams: it has no layers to trace. Trace a network: ${TRACEABLE}.`,
  );
}

/** A layer's trace on the tokens alone: the padding, and the axis of the batch, go. */
function onTokens(
  layer: RecurrentLayerTrace | AttentionLayerTrace,
  { tokens, first, steps }: Reading,
  spansOf: (count: number) => readonly Span[] | undefined,
): TextLayerTrace {
  const count = layer.kind === "attention" ? (layer.weights.shape[2] ?? 0) : (layer.hidden.shape[1] ?? 0);
  const spans = spansOf(count);
  const isByToken = count === steps;
  const textOf = ([from, to]: Span) =>
    tokens
      .slice(Math.max(0, from - first), Math.max(0, to - first))
      .map(({ text }) => text)
      .join(" ");
  // Steps that are all padding go; where it cannot be told what a step is, all stay, and are numbered.
  const real = Array.from({ length: count }, (_, step) => step).filter((step) => {
    if (isByToken) return step >= first && step < first + tokens.length;
    const span = spans?.[step];
    return span === undefined || (span[1] > first && span[0] < first + tokens.length);
  });
  const from = real[0] ?? 0;
  const to = (real.at(-1) ?? -1) + 1;
  const { name } = layer;
  const shared = {
    name,
    isByToken,
    steps: real.map((step) => {
      if (isByToken) return tokens[step - first]?.text ?? "";
      const span = spans?.[step];
      return span === undefined ? `${step + 1}` : textOf(span);
    }),
  };
  if (layer.kind === "attention") {
    const [, heads = 0, queries = 0, keys = 0] = layer.weights.shape;
    const all = layer.weights.data as Float32Array;
    const own = new Float32Array(heads * real.length * real.length);
    for (let head = 0; head < heads; head++)
      for (let t = from; t < to; t++) {
        const row = (head * queries + t) * keys;
        own.set(all.subarray(row + from, row + to), (head * real.length + t - from) * real.length);
      }
    return { ...shared, kind: layer.kind, weights: new NdArray(own, [heads, real.length, real.length]) };
  }
  const cut = (array: NdArray) => {
    const width = array.shape[2] ?? 0;
    const data = (array.data as Float32Array).slice(from * width, to * width);
    return new NdArray(data, [to - from, width]);
  };
  return {
    ...shared,
    kind: layer.kind,
    direction: layer.isBackward ? "backward" : "forward",
    hidden: cut(layer.hidden),
    cell: layer.cell === undefined ? undefined : cut(layer.cell),
    gates: Object.fromEntries(Object.entries(layer.gates).map(([gate, values]) => [gate, cut(values)])),
  };
}

/** The probability of each class for each prefix of some ids: [T, K]. */
async function verdictOf(model: TextClassifier, ids: readonly number[]): Promise<TextTraceParts["verdict"]> {
  const { classes } = model;
  const prefixes = ids.map((_, t) => Int32Array.from(ids.slice(0, t + 1)));
  const told = (await model.network.predict(classifierRows(model, prefixes), { batchSize: 128 }))
    .data as Float32Array;
  // Of two classes the network gives the probability of the second alone.
  const all = model.isBinary
    ? Float64Array.from(told).reduce(
        (pairs, value, t) => {
          pairs[2 * t] = 1 - value;
          pairs[2 * t + 1] = value;
          return pairs;
        },
        new Float64Array(2 * told.length),
      )
    : Float64Array.from(told);
  return { classes, isMulti: model.isMulti, probabilities: new NdArray(all, [ids.length, classes.length]) };
}

/** How likely each token was, and what is likely after each. @param logits [T · V] after each token */
function likelihoods(
  { tokenizer }: NeuralLanguageModel,
  logits: Float32Array,
  ids: readonly number[],
): TextTraceParts["reading"] {
  const { size } = tokenizer.vocabulary;
  const logProbabilities = new Float64Array(ids.length).fill(Number.NaN);
  const next = ids.map((_, t): readonly NextToken[] => {
    const row = logits.subarray(t * size, (t + 1) * size);
    const most = row.reduce((greatest, value) => Math.max(greatest, value), Number.NEGATIVE_INFINITY);
    const total = most + Math.log(row.reduce((sum, value) => sum + Math.exp(value - most), 0));
    const following = ids[t + 1];
    if (following !== undefined) logProbabilities[t + 1] = (row[following] ?? 0) - total;
    return likeliest(row, LIKELY).map((id) => ({
      token: tokenizer.decode([id]),
      probability: Math.exp((row[id] ?? 0) - total),
    }));
  });
  return { logProbabilities, next };
}

/** The places of the greatest values, the greatest first. */
function likeliest(row: Float32Array, count: number): readonly number[] {
  const best: number[] = [];
  for (let id = 0; id < row.length; id++) {
    if (best.length === count && (row[id] ?? 0) <= (row[best.at(-1) ?? 0] ?? 0)) continue;
    const after = best.findIndex((other) => (row[other] ?? 0) < (row[id] ?? 0));
    best.splice(after < 0 ? best.length : after, 0, id);
    if (best.length > count) best.pop();
  }
  return best;
}
