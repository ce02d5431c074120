// trainTagger: from tagged sentences to a tagger.

import type { TaggedSentence } from "../../data/texts/read-tagged-sentences.ts";
import { bucketByLength } from "../../model/datasets/bucket-by-length.ts";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { fitBest } from "../../model/fit-best.ts";
import type { Dataset } from "../../model/source.ts";
import { chainMarginals } from "../../nn/layers/chain-marginals.ts";
import { sparseCategoricalAccuracy } from "../../nn/metrics/accuracy.ts";
import { meanMetric } from "../../nn/metrics/metric.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { Random } from "../../tensor/random.ts";
import type { Vocabulary } from "../tokenizers/vocabulary.ts";
import { checkScheme, checkSentences, type TaggedData, tagNumbers, tagSetOf } from "./sentences.ts";
import { type TaggerConfig, type TaggerSettings, taggerSettings } from "./settings.ts";
import { Tagger, type TaggerEvaluation } from "./tagger.ts";
import { FIRST_CHARACTER, PADDING, tokenTables, UNKNOWN } from "./token-features.ts";

/** What is told after each epoch. */
export interface TaggerEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  readonly loss: number;
  /** The share of tokens with the right tag, in training. */
  readonly accuracy: number;
  /** The same on what is held out. */
  readonly validationAccuracy: number | undefined;
  /** F₁ of entities there, where tags mark spans: the best epoch is chosen by it, else by the accuracy. */
  readonly validationF1: number | undefined;
  /** Whether this is the best epoch so far. */
  readonly isBest: boolean;
}

export interface TrainTaggerOptions {
  /** Sentences by which the best epoch is chosen, in place of a share of those to train with. */
  readonly validation?: TaggedData | undefined;
  /** [V, E] Vectors of the lower-cased words to begin with: rows of zeros are drawn as without. See `WordVectors.matrixFor`. */
  readonly vectors?: ((vocabulary: Vocabulary) => NdArray) | undefined;
  /** Words that get an id besides those of the sentences: those that `vectors` has, so that words which training has not seen are told by them. */
  readonly words?: Iterable<string> | undefined;
  readonly onEpoch?: ((epoch: TaggerEpoch) => void | Promise<void>) | undefined;
  /** Told after each step: how many of how many. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a network to tell the tags of tokens: named entities, parts of speech.
 *
 *     const { sentences } = await readTaggedSentences("train.conll");
 *     const tagger = await trainTagger({ sentences }, { name: "bilstm" });
 *     const [tags] = await tagger.predict([["Mary", "lives", "in", "Cork"]]);
 *
 * Sources: vectors of words beside filters over their characters, Ma & Hovy, ACL 2016; an LSTM from both ends, Lample et al., NAACL 2016;
 * both end, as here by default, in a conditional random field (see the layer `crf`).
 *
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `no-rows`, `tags`, `tag`, `one-class`, `unknown-tag`, `tokens`;
 *   `vocabulary-weights`, `training-diverged`
 */
export async function trainTagger(
  data: TaggedData,
  config: TaggerConfig = { name: "bilstm" },
  options: TrainTaggerOptions = {},
): Promise<Tagger> {
  const settings = taggerSettings(config);
  checkSentences("sentences", data);
  const set = tagSetOf(data, settings.scheme);
  if (options.validation !== undefined) {
    checkSentences("validation", options.validation);
    checkScheme("validation", options.validation.sentences, set.scheme);
  }
  const { training, held } = parted(data, settings, options.validation);
  const tables = tokenTables(
    training.map(({ tokens }) => tokens),
    settings.minCount,
    options.words,
  );
  const tagger = new Tagger(config, tables, set);
  const { network } = tagger;
  if (options.vectors !== undefined) putVectors(tagger, options.vectors(tables.words));
  const numbers = new Map(set.tags.map((tag, k) => [tag, k]));
  // Tags that only the validation has are a fault that is told now, not after an epoch.
  for (const [i, { tags }] of (held ?? []).entries()) tagNumbers("validation", i, tags, numbers);

  const width = FIRST_CHARACTER + settings.wordLength;
  const batches = bucketByLength({
    x: training.map(({ tokens }, i) => new NdArray(tagger.featuresOf(tokens, i), [tokens.length, width])),
    y: training.map(({ tags }, i) => new NdArray(tagNumbers("sentences", i, tags, numbers), [tags.length])),
    targets: "step",
    targetDtype: "int32",
    padding: "post",
    batchSize: settings.batchSize,
    seed: settings.seed,
  });
  network.compile({
    optimizer: optimizers.adam({ learningRate: settings.learningRate, globalClipnorm: 5 }),
    ...(settings.output === "crf"
      ? { loss: { chain: "crf" }, metrics: { chain: [accuracyOfChain] } }
      : { loss: "sparseCategoricalCrossentropy", metrics: ["accuracy"] }),
    threads: settings.threads,
  });
  const { epochs } = settings;
  let measured: TaggerEvaluation | undefined;
  let best: TaggerEvaluation | undefined;
  const fitted = await fitBest(
    `tagger ${settings.name}`,
    network,
    withUnknownWords(batches, tagger, tables.counts),
    {
      epochs,
      steps: batches.steps ?? 0,
      patience: settings.patience,
      // Accuracy decides between epochs without an entity found, and those of the same F₁.
      measure: async () => {
        if (held === undefined) return undefined;
        measured = await tagger.evaluate(held);
        return -1000 * (measured.entities?.micro.f1Score ?? 0) - measured.accuracy;
      },
      onStep: options.onStep,
      onEpoch: (epoch, { loss = Number.NaN, accuracy, chain_accuracy }, isBest) => {
        if (isBest) best = measured;
        return options.onEpoch?.({
          epoch,
          epochs,
          loss,
          accuracy: accuracy ?? chain_accuracy ?? Number.NaN,
          validationAccuracy: measured?.accuracy,
          validationF1: measured?.entities?.micro.f1Score,
          isBest,
        });
      },
      signal: options.signal,
    },
  );
  tagger.training = {
    sentences: training.length,
    heldOut: held?.length ?? 0,
    epochs: fitted.epochs,
    bestEpoch: fitted.bestEpoch,
    loss: fitted.logs.loss ?? Number.NaN,
    validationAccuracy: best?.accuracy,
    validationF1: best?.entities?.micro.f1Score,
  };
  return tagger;
}

/** Of a conditional random field: the share of tokens whose most probable tag, by all sequences of tags, is the right one. */
const accuracyOfChain = meanMetric("accuracy", {
  values: (yTrue, yPred) => sparseCategoricalAccuracy(yTrue, chainMarginals(yPred)),
});

function parted(
  { sentences }: TaggedData,
  { validationSplit, seed }: TaggerSettings,
  validation: TaggedData | undefined,
): { readonly training: TaggedData["sentences"]; readonly held: TaggedData["sentences"] | undefined } {
  if (validation !== undefined) return { training: sentences, held: validation.sentences };
  // Those that have spans and those that have none are parted alike.
  const groups = Int32Array.from(sentences, ({ tags }) => (tags.some((tag) => tag !== "O") ? 1 : 0));
  const parts = heldOutRows(groups, 2, validationSplit, seed);
  const take = (rows: Int32Array) => Array.from(rows, (row) => sentences[row] as TaggedSentence);
  return { training: take(parts.training), held: parts.held.length === 0 ? undefined : take(parts.held) };
}

/** The batches as the network takes them, some of their words taken for unknown ones, drawn anew each epoch. */
function withUnknownWords(batches: Dataset, tagger: Tagger, counts: Float64Array): Dataset {
  const { wordDropout, seed } = tagger.settings;
  const shares = Float64Array.from(counts, (count) => wordDropout / (wordDropout + Math.max(count, 1)));
  return {
    ...(batches.steps !== undefined && { steps: batches.steps }),
    *batches(epoch) {
      const random = new Random(seed).fold(11).fold(epoch);
      for (const batch of batches.batches(epoch) as Iterable<{ readonly x: NdArray; readonly y: NdArray }>) {
        const x = tagger.inputsOf(batch.x);
        const words = x.words?.data as Int32Array;
        const drawn = random.uniform([words.length]).data as Float32Array;
        for (let t = 0; t < words.length; t++) {
          const word = words[t] ?? PADDING;
          if (word > UNKNOWN && (drawn[t] ?? 1) < (shares[word] ?? 0)) words[t] = UNKNOWN;
        }
        yield { x, y: batch.y };
      }
    },
  };
}

/** Vectors to begin with; a row of zeros is of a word without one, and keeps what was drawn. */
function putVectors(tagger: Tagger, matrix: NdArray): void {
  const found = tagger.network.weights.find(({ name }) => name === "words_table/embeddings");
  const [rows = 0, width = 0] = matrix.shape;
  const [wantedRows = 0, wantedWidth = 0] = found?.weight.shape ?? [];
  if (found === undefined || matrix.rank !== 2 || width !== wantedWidth || rows !== wantedRows)
    throw new RecurraError(
      "vocabulary-weights",
      `trainTagger: the vectors are [${matrix.shape.join(", ")}]; wanted [${wantedRows}, ${wantedWidth}]: one of the width of the embedding for each word. Set embedding to ${width}.`,
    );
  const into = found.weight.value.data as Float32Array;
  const from = matrix.data as Float32Array;
  for (let row = 0; row < rows; row++) {
    const vector = from.subarray(row * width, (row + 1) * width);
    if (vector.some((value) => value !== 0)) into.set(vector, row * width);
  }
}
