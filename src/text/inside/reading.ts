// How each kind of model reads a text: the network, its inputs, and which of its steps are tokens.

import type { ModelData } from "../../model/model-data.ts";
import type { Network } from "../../model/network.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { TextClassifier } from "../classify/text-classifier.ts";
import { paddingOf, putRow } from "../classify/text-rows.ts";
import { putWindow } from "../language/neural/batches.ts";
import type { NeuralLanguageModel } from "../language/neural/neural-language-model.ts";
import type { Tagger } from "../tag/tagger.ts";
import { type PlacedToken, placedTokens } from "./token-places.ts";

/** A text as a network reads it. */
export interface Reading {
  readonly network: Network;
  readonly inputs: ModelData;
  /** What the tokens stand in. */
  readonly text: string;
  /** Those that are read. */
  readonly tokens: readonly PlacedToken[];
  /** How many are not: before those that are read, and after them. */
  readonly leftOut: { readonly before: number; readonly after: number };
  /** Steps of the network's row, and the place of the first token among them: what is beside them is padding. */
  readonly steps: number;
  readonly first: number;
}

/** A classifier reads a row of its length, filled up from the left. */
export function classifierReading(model: TextClassifier, text: string): Reading {
  const { tokenizer, length, network, settings } = model;
  const all = placedTokens(text, tokenizer);
  checkTokens(all, text);
  const count = Math.min(all.length, length);
  const before = settings.truncating === "pre" ? all.length - count : 0;
  const tokens = all.slice(before, before + count);
  const inputs = classifierRows(model, [idsOf(tokens)]);
  const leftOut = { before, after: all.length - count - before };
  return { network, inputs, text, tokens, leftOut, steps: length, first: length - count };
}

/** Ids of texts as rows of a classifier: [N, T]. */
export function classifierRows(model: TextClassifier, texts: readonly Int32Array[]): NdArray {
  const { tokenizer, length } = model;
  const rows = new Int32Array(texts.length * length).fill(paddingOf(tokenizer));
  for (const [row, ids] of texts.entries())
    putRow(rows, row, ids, { length, truncating: model.settings.truncating });
  return new NdArray(rows, [texts.length, length]);
}

/**
 * A language model reads a text from its start: a stream all of it, a block as much as its context holds, a window the last of it.
 *
 * @param most tokens
 */
export function languageReading(model: NeuralLanguageModel, text: string, most: number): Reading {
  const { tokenizer, forms, settings } = model;
  const all = placedTokens(text, tokenizer);
  checkTokens(all, text);
  const { context } = settings;
  const count = Math.min(all.length, most, forms.reads === "stream" ? Infinity : context);
  const before = forms.reads === "window" ? all.length - count : 0;
  const tokens = all.slice(before, before + count);
  const leftOut = { before, after: all.length - count - before };
  const ids = idsOf(tokens);
  const steps = forms.reads === "stream" ? count : context;
  const network: Network = forms.reads === "block" ? forms.training : forms.reading(steps);
  if (network !== forms.training) network.restoreWeights(forms.training.snapshotWeights());
  const shared = { network, text, tokens, leftOut, steps };
  if (forms.reads === "stream") {
    const states = forms.states.map((units) => NdArray.zeros([1, units]));
    return { ...shared, inputs: [new NdArray(ids, [1, steps]), ...states], first: 0 };
  }
  const row = new Int32Array(context);
  // What stands after the last token of a block is not seen by it.
  if (forms.reads === "block") row.set(ids);
  else putWindow(row, 0, ids, count, context, tokenizer.vocabulary.size);
  const inputs = new NdArray(row, [1, context]);
  return { ...shared, inputs, first: forms.reads === "block" ? 0 : context - count };
}

/** A tagger reads the tokens that it is given. @param sentence its tokens, or a text whose tokens have spaces between */
export function taggerReading(model: Tagger, sentence: string | readonly string[]): Reading {
  const words =
    typeof sentence === "string" ? sentence.split(/\s+/u).filter((word) => word !== "") : sentence;
  const text = words.join(" ");
  let from = 0;
  const tokens = words.map((word): PlacedToken => {
    const place = [from, from + word.length] as const;
    from += word.length + 1;
    return { id: model.tables.words.idOf(word) ?? -1, text: word, place };
  });
  checkTokens(tokens, text);
  const features = model.featuresOf(words, 0);
  const rows = new NdArray(features, [1, words.length, features.length / words.length]);
  return {
    network: model.network,
    inputs: model.inputsOf(rows),
    text,
    tokens,
    leftOut: { before: 0, after: 0 },
    steps: words.length,
    first: 0,
  };
}

function idsOf(tokens: readonly PlacedToken[]): Int32Array {
  return Int32Array.from(tokens, ({ id }) => id);
}

function checkTokens(tokens: readonly PlacedToken[], text: string): void {
  if (tokens.length > 0) return;
  throw new RecurraError(
    "empty-text",
    text.trim() === ""
      ? "The text is empty. Give one with words."
      : `The text "${text.length > 60 ? `${text.slice(0, 59)}…` : text}" has no token that the model knows. Give one with words of the texts that it was trained on.`,
  );
}
