// validity: vectors of words learnt by telling windows of a text from the same with a wrong word in the middle.

import { now } from "#platform";
import { fitBest } from "../../model/fit-best.ts";
import type { Functional } from "../../model/functional.ts";
import {
  anything,
  code,
  count,
  countOrZero,
  notNegative,
  oneOf,
  positive,
  rate,
} from "../../nn/layer-options.ts";
import { optimizers } from "../../nn/optimizers/index.ts";
import { schedules } from "../../nn/schedules.ts";
import { RecurraError } from "../../platform/error.ts";
import { Random } from "../../tensor/random.ts";
import { checkOptions } from "../tokenizers/texts.ts";
import { WordVectors } from "../vectors/word-vectors.ts";
import { type Corpus, type CorpusOptions, type CorpusSource, readCorpus } from "./corpus.ts";
import { checkBytes } from "./memory.ts";
import type { EmbedProgress, RunOptions } from "./shares.ts";
import { type ValidityFigures, ValidityModel } from "./validity-model.ts";
import { validityLosses, validityNetwork, weightsOf } from "./validity-network.ts";
import {
  type WindowSource,
  windowBatches,
  windowPairs,
  windowStarts,
  wordDrawer,
} from "./validity-windows.ts";

export interface ValidityOptions extends CorpusOptions, Omit<RunOptions, "threads"> {
  /** Words in a window, an odd number; the one in the middle is replaced. Default 5. */
  readonly window?: number | undefined;
  /** Numbers in a vector. Default 50. */
  readonly size?: number | undefined;
  /** Units of the hidden layer. Default 100. */
  readonly hidden?: number | undefined;
  /**
   * "logistic": the score is the log-odds that a window is real. "hinge": the real window is to score higher than the broken one by 1;
   * it compares windows of the same words around the middle, so that one alone is judged less well. Default "logistic".
   */
  readonly loss?: keyof typeof validityLosses | undefined;
  /**
   * The wrong words are drawn by how often words come, to this power: 0 draws all alike, as Collobert & Weston do, and then a rare word
   * gives a broken window away (on 6 million words, WordSim353 0.08 against 0.26); 1 draws them as they come. Default 0.75.
   */
  readonly noisePower?: number | undefined;
  /** Times that the corpus is gone through. Default 5. */
  readonly passes?: number | undefined;
  /** Windows in a step of training. Default 512. */
  readonly batchSize?: number | undefined;
  /** Of Adam, at the beginning; it falls to 0 evenly. Default 0.002. */
  readonly learningRate?: number | undefined;
  /** Share of the windows, from the end of the corpus and at most 20,000, that are only judged. Default 0.02. */
  readonly validationSplit?: number | undefined;
  /** Default 0. */
  readonly seed?: number | undefined;
  /** Threads of each step. Default: one for each core; the result does not depend on it but for rounding. */
  readonly threads?: number | undefined;
}

const kinds = {
  window: count,
  size: count,
  hidden: count,
  loss: oneOf("logistic", "hinge"),
  noisePower: notNegative,
  passes: count,
  batchSize: count,
  learningRate: positive,
  validationSplit: rate,
  seed: countOrZero,
  minCount: count,
  maxWords: count,
  tokenizer: anything,
  threads: count,
  onProgress: code,
  signal: anything,
};

const MOST_HELD_OUT = 20_000;

/**
 * Learns vectors of words from a corpus by a task that needs no labels: is this 5-gram one of the text's, or does a random word stand in
 * its middle? The vectors of its words, one after the other, go through a hidden layer to a score.
 *
 *     const { vectors, heldOut, score } = await validity(texts, { passes: 3 });
 *     score(["cat", "sat", "on", "the", "mat"]) > score(["cat", "sat", "song", "the", "mat"]);
 *
 * Words that come less often than `minCount` are left out, as if they did not stand there; a sentence shorter than a window gives none.
 * The corpus takes 12 bytes of memory a word. With one thread the result follows from the seed to the bit.
 *
 * Source: Bottou, "From machine learning to machine reasoning", 2011 (Machine Learning 94, 2014), section 3; Collobert & Weston, "A
 * unified architecture for natural language processing", ICML 2008, section 5.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `corpus` for one that there is nothing to learn from; `too-large`;
 *   `training-diverged`
 */
export async function validity(source: CorpusSource, options: ValidityOptions = {}): Promise<ValidityModel> {
  checkOptions("validity", options, kinds);
  const { window = 5, size = 50, hidden = 100, loss = "logistic", noisePower = 0.75, seed = 0 } = options;
  const { passes = 5, batchSize = 512, learningRate = 0.002, validationSplit = 0.02, signal } = options;
  if (window < 3 || window % 2 === 0)
    throw new RecurraError(
      "option-value",
      `validity: window is ${window}; wanted an odd number from 3 up: a word in the middle, and as many before as after it.`,
    );
  const corpus = await readCorpus("validity", source, options, false);
  const { training, heldOut } = parts(corpus, window, validationSplit);
  const { words } = corpus;
  checkBytes("validity", 16 * (words.length * size + (window * size + 2) * hidden));
  const windows: WindowSource = {
    ids: corpus.ids,
    width: window,
    draw: wordDrawer(corpus.counts, noisePower),
  };
  const random = new Random(seed);
  const batches = windowBatches(windows, training, batchSize, random.fold(1));

  const network = validityNetwork({ words: words.length, size, window, hidden }, seed);
  network.compile({
    optimizer: optimizers.adam({
      learningRate: schedules.polynomialDecay({
        initialLearningRate: learningRate,
        endLearningRate: 0,
        decaySteps: passes * batches.steps,
      }),
    }),
    loss: validityLosses[loss],
    ...(options.threads !== undefined && { threads: options.threads }),
  });
  await fitBest("validity", network, batches, {
    epochs: passes,
    steps: batches.steps,
    patience: passes,
    measure: () => undefined,
    onStep: reporter(options.onProgress, { windows: training.length, passes, steps: batches.steps }),
    signal,
  });
  const { table, ...weights } = weightsOf(network);
  // A hinge says nothing of where the scores lie.
  const shift = loss === "hinge" ? await bestCut(network, windows, training, random.fold(2)) : 0;
  weights.scoreBias[0] = (weights.scoreBias[0] ?? 0) - shift;
  const figures =
    heldOut.length === 0 ? undefined : await judge(network, windows, heldOut, shift, random.fold(3));
  return new ValidityModel(new WordVectors(words, table), window, weights, figures);
}

/** Windows to train with, and those of the end that are held out; no word is in both. */
function parts({ ids }: Corpus, window: number, share: number) {
  const starts = windowStarts(ids, window);
  const held = Math.min(MOST_HELD_OUT, Math.floor(starts.length * share));
  const heldOut = starts.subarray(starts.length - held);
  const first = heldOut[0] ?? Number.POSITIVE_INFINITY;
  let end = starts.length - held;
  while (end > 0 && (starts[end - 1] ?? 0) + window > first) end--;
  if (end === 0)
    throw new RecurraError(
      "corpus",
      `validity: no sentence has ${window} words that come often enough (window, minCount), so there is nothing to learn from. Give it more text or longer sentences, or lower minCount or window.`,
    );
  return { training: starts.subarray(0, end), heldOut };
}

const REPORT_MS = 250;

/** Tells now and then how far the training is. */
function reporter(
  onProgress: ((progress: EmbedProgress) => void) | undefined,
  { windows, passes, steps }: { readonly windows: number; readonly passes: number; readonly steps: number },
) {
  if (onProgress === undefined) return undefined;
  const began = now();
  const total = windows * passes;
  let reported = began;
  let before = { step: 0, loss: 0 };
  return (step: number, of: number, { loss = Number.NaN }: { readonly loss?: number }) => {
    const inPass = ((step - 1) % steps) + 1;
    if (inPass < before.step) before = { step: 0, loss: 0 };
    if (step < of && now() - reported < REPORT_MS) return;
    reported = now();
    const done = Math.round((total * step) / of);
    const perSecond = (1000 * done) / Math.max(1, reported - began);
    // What is given is the mean of the pass so far.
    const recent = (loss * inPass - before.loss) / (inPass - before.step);
    before = { step: inPass, loss: loss * inPass };
    onProgress({ done, total, perSecond, secondsLeft: (total - done) / perSecond, loss: recent });
  };
}

/** Scores of windows and of the same with another word: [N, 2]. */
async function scoresOf(
  network: Functional,
  windows: WindowSource,
  starts: Int32Array,
  random: Random,
): Promise<Float32Array> {
  const { around, middles } = windowPairs(windows, starts, random);
  return (await network.predict([around, middles], { batchSize: 4096 })).data as Float32Array;
}

/** The score above which windows are best taken for real, by some of those trained on. */
async function bestCut(
  network: Functional,
  windows: WindowSource,
  training: Int32Array,
  random: Random,
): Promise<number> {
  const some = Int32Array.from(
    random.permutation(training.length).subarray(0, MOST_HELD_OUT),
    (i) => training[i] ?? 0,
  );
  const scores = await scoresOf(network, windows, some, random);
  const order = Array.from(scores.keys()).sort((a, b) => (scores[a] ?? 0) - (scores[b] ?? 0));
  let [right, most, cut] = [0, 0, Number.NEGATIVE_INFINITY];
  for (const at of order) {
    // Below the cut lies one more: right if it is broken.
    right += at % 2 === 1 ? 1 : -1;
    if (right > most) [most, cut] = [right, scores[at] ?? 0];
  }
  return cut === Number.NEGATIVE_INFINITY ? 0 : cut;
}

async function judge(
  network: Functional,
  windows: WindowSource,
  starts: Int32Array,
  shift: number,
  random: Random,
): Promise<ValidityFigures> {
  const scores = await scoresOf(network, windows, starts, random);
  let [right, above] = [0, 0];
  for (let at = 0; at < scores.length; at += 2) {
    const [real, broken] = [scores[at] ?? 0, scores[at + 1] ?? 0];
    right += Number(real > shift) + Number(broken <= shift);
    above += real > broken ? 1 : real === broken ? 0.5 : 0;
  }
  const count = starts.length;
  return { windows: count, accuracy: right / (2 * count), ranking: above / count };
}
