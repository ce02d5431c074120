// trainLanguageModel: from texts to a language model.

import { fitBest } from "../../../model/fit-best.ts";
import { losses } from "../../../nn/losses.ts";
import { optimizers } from "../../../nn/optimizers/index.ts";
import { schedules } from "../../../nn/schedules.ts";
import { RecurraError } from "../../../platform/error.ts";
import { fitTokenizer } from "../../tokenizers/registry.ts";
import { forEachText } from "../../tokenizers/texts.ts";
import type { Texts, Tokenizer } from "../../tokenizers/tokenizer.ts";
import { countCharacters } from "../language-model.ts";
import { type BatchPlan, leastTokens, trainingBatches, validationBatches } from "./batches.ts";
import type { Reads } from "./network.ts";
import { NeuralLanguageModel } from "./neural-language-model.ts";
import { type LanguageModelConfig, type LanguageModelSettings, languageModelSettings } from "./settings.ts";

/** What is told after each epoch. */
export interface LanguageEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Nats a token. */
  readonly loss: number;
  /** The same on what is held out. */
  readonly validationLoss: number | undefined;
  /** Whether this is the best epoch so far. */
  readonly isBest: boolean;
  /** The model as it is: it can generate and score. */
  readonly model: NeuralLanguageModel;
}

export interface TrainLanguageModelOptions {
  /** Told after each epoch, and waited for. */
  readonly onEpoch?: ((epoch: LanguageEpoch) => void | Promise<void>) | undefined;
  /** Told after each step: how many of how many. */
  readonly onStep?: ((done: number, of: number) => void) | undefined;
  /** Ends the training after the step under way: the promise rejects with its reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Trains a network to tell the next token of texts from those before it.
 *
 *     const model = await trainLanguageModel([text], { name: "lstm", units: 128, epochs: 20 });
 *     for await (const piece of generate(model, { prompt: "The ", temperature: 0.8 })) process.stdout.write(piece);
 *
 * @param texts are read one after the other, with a line end between two of them
 * @throws RecurraError `unknown-name`, `unknown-option`, `option-value`; `texts`; `short-text` for one shorter than a window;
 *   `training-diverged`
 */
export async function trainLanguageModel(
  texts: Texts,
  config: LanguageModelConfig,
  options: TrainLanguageModelOptions = {},
): Promise<NeuralLanguageModel> {
  const settings = languageModelSettings(config);
  const text = await joinedTexts("trainLanguageModel", texts);
  const parts = splitText(text, settings.validationSplit);
  const tokenizer = await tokenizerFor(settings, text, parts.training);
  const [ids, held] = [tokenizer.encode(parts.training), tokenizer.encode(parts.heldOut)];
  const model = new NeuralLanguageModel(config, tokenizer);
  const { reads } = model.forms;
  const batchSize =
    config.batchSize ?? (reads === "stream" ? rowsOf(ids.length, settings) : settings.batchSize);
  const plan: BatchPlan = { ...settings, reads, batchSize };
  checkLengths(ids.length, held.length, plan, settings);
  const nothing = tokenizer.vocabulary.size;
  const training = trainingBatches(ids, plan, nothing);
  const validation = held.length === 0 ? undefined : validationBatches(held, plan, nothing);
  const { epochs, stepsPerEpoch } = courseOf(settings, reads, training.steps ?? 1);
  const network = model.forms.training;
  network.compile({
    optimizer: optimizerOf(settings, epochs * stepsPerEpoch),
    loss: losses.sparseCategoricalCrossentropy({ fromLogits: true }),
    threads: settings.threads,
  });

  const fitted = await fitBest(`language model ${settings.name}`, network, training, {
    epochs,
    steps: stepsPerEpoch,
    patience: settings.patience ?? Math.max(LEAST_PATIENCE, Math.ceil(PATIENT_STEPS / stepsPerEpoch)),
    validationData: validation,
    fit: { stepsPerEpoch },
    onStep: options.onStep,
    onEpoch: (epoch, { loss = Number.NaN, val_loss: validationLoss }, isBest) =>
      options.onEpoch?.({ epoch, epochs, loss, validationLoss, isBest, model }),
    signal: options.signal,
  });
  model.training = {
    characters: countCharacters(text),
    tokens: ids.length + held.length,
    heldOut: held.length,
    epochs: fitted.epochs,
    bestEpoch: fitted.bestEpoch,
    loss: fitted.logs.loss ?? Number.NaN,
    validationLoss: fitted.logs.val_loss,
  };
  return model;
}

/** The rows of a stream are fewer where the text is short, so that each is a few windows long. */
function rowsOf(tokens: number, { context, batchSize }: LanguageModelSettings): number {
  return Math.max(1, Math.min(batchSize, Math.floor(tokens / (context * WINDOWS))));
}

const WINDOWS = 8;

/** Epochs without a better validation after which training ends, and the steps in them: of a short text an epoch says little. */
const LEAST_PATIENCE = 5;
const PATIENT_STEPS = 250;

/** A short text is gone through more often: a network that has been corrected a few hundred times has learned little. */
const USUAL_STEPS = 3000;

/** Passes, and steps of each: a stream is read to its end, of blocks and windows any number may be drawn. */
function courseOf(
  { steps, epochs }: LanguageModelSettings,
  reads: Reads,
  perPass: number,
): { readonly epochs: number; readonly stepsPerEpoch: number } {
  if (steps === undefined) {
    const usual = reads === "window" ? 5 : Math.min(150, Math.max(20, Math.ceil(USUAL_STEPS / perPass)));
    return { epochs: epochs ?? usual, stepsPerEpoch: perPass };
  }
  if (reads === "stream")
    return { epochs: Math.max(1, Math.round(steps / perPass)), stepsPerEpoch: Math.min(perPass, steps) };
  const passes = Math.ceil(steps / perPass);
  return { epochs: passes, stepsPerEpoch: Math.round(steps / passes) };
}

/** Texts as one, with a line end between two of them. */
export async function joinedTexts(what: string, texts: Texts): Promise<string> {
  const parts: string[] = [];
  await forEachText(what, texts, (text) => {
    parts.push(text);
  });
  return parts.join("\n");
}

/** A text in two parts: the beginning, and a share of its characters at the end. */
export function splitText(
  text: string,
  share: number,
): { readonly training: string; readonly heldOut: string } {
  let cut = text.length - Math.floor(text.length * share);
  // Not between the two halves of a character.
  if ((text.charCodeAt(cut) & 0xfc00) === 0xdc00) cut++;
  return { training: text.slice(0, cut), heldOut: text.slice(cut) };
}

/**
 * A tokenizer fitted to what is trained on; one of characters, which has no token for what it has not seen, to the whole text.
 */
async function tokenizerFor(
  { tokenizer }: LanguageModelSettings,
  text: string,
  training: string,
): Promise<Tokenizer> {
  const isWhole = tokenizer.name === "characters" && tokenizer.unknownToken === undefined;
  return fitTokenizer(tokenizer, [isWhole ? text : training]);
}

function optimizerOf(
  { optimizer, learningRate, schedule, clip, weightDecay }: LanguageModelSettings,
  steps: number,
) {
  const warmupSteps = Math.min(200, Math.floor(steps / 10));
  const rate =
    schedule === "constant" || warmupSteps === 0
      ? learningRate
      : schedules.cosineDecay({
          initialLearningRate: learningRate / 10,
          warmupTarget: learningRate,
          warmupSteps,
          decaySteps: steps - warmupSteps,
          alpha: 0.02,
        });
  const shared = { learningRate: rate, ...(clip > 0 && { globalClipnorm: clip }) };
  if (optimizer === "rmsprop")
    return optimizers.rmsprop({ ...shared, ...(weightDecay > 0 && { weightDecay }) });
  if (optimizer === "sgd") return optimizers.sgd({ ...shared, ...(weightDecay > 0 && { weightDecay }) });
  return weightDecay > 0 ? optimizers.adamw({ ...shared, weightDecay }) : optimizers.adam(shared);
}

/** Fails for a text that is too short, as a whole or in one of its parts. */
function checkLengths(
  training: number,
  heldOut: number,
  plan: BatchPlan,
  { name, context, validationSplit }: LanguageModelSettings,
): void {
  const least = leastTokens(plan);
  const fault = (what: string, has: number, advice: string) =>
    new RecurraError(
      "short-text",
      `language model ${name}: ${what} has ${has} tokens; wanted ${least} at least, for a context of ${context}. ${advice}`,
    );
  const isSplit = validationSplit > 0;
  if (training < least)
    throw fault(
      isSplit ? "what is left of the text to learn from" : "the text",
      training,
      "Give it more text, or a smaller context (context).",
    );
  if (isSplit && heldOut < least)
    throw fault(
      "what is held out of the text",
      heldOut,
      "Give it more text, a smaller context (context), or hold nothing out (validationSplit: 0).",
    );
}
