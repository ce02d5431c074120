// Training a language model with all that its report tells: held-out figures, samples after each epoch.

import { RecurraError } from "../../platform/error.ts";
import { generate } from "../language/generate.ts";
import {
  bitsPerCharacter,
  countCharacters,
  crossEntropy,
  type LanguageModel,
  perplexity,
} from "../language/language-model.ts";
import { fitNGramModel } from "../language/n-gram/n-gram-model.ts";
import type { LanguageModelConfig } from "../language/neural/settings.ts";
import { joinedTexts, splitText, trainLanguageModel } from "../language/neural/train-language-model.ts";
import { fitTokenizer, type TokenizerConfig } from "../tokenizers/registry.ts";
import type { Texts } from "../tokenizers/tokenizer.ts";
import type { LanguageReport, Sample } from "./language-report.ts";

/** Counts of n-grams, as a model to be trained. */
export interface NGramConfig {
  readonly name: "ngram";
  readonly order: number;
  readonly tokenizer: TokenizerConfig;
}

export interface TrainForReportOptions {
  /** What the texts are of. */
  readonly source: string;
  readonly model: NGramConfig | LanguageModelConfig;
  /** The share at the end of the text that is held out. */
  readonly heldOut: number;
  /** What samples begin with. Default: the first line of what is held out, at most 40 characters. */
  readonly prompt?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onStep?: ((done: number, of: number, detail: string | undefined) => void) | undefined;
  readonly onEpoch?: ((epoch: ReportedEpoch) => void) | undefined;
}

/** What is told after each epoch. */
export interface ReportedEpoch {
  /** From 1. */
  readonly epoch: number;
  readonly epochs: number;
  /** Nats a token. */
  readonly loss: number;
  readonly validationLoss: number | undefined;
  /** What it now writes; of many epochs not after each. */
  readonly sample: Sample | undefined;
}

/** Tokens of a sample in the report, and of one after an epoch: of characters, and of longer tokens. */
const LENGTHS = { characters: { whole: 400, epoch: 120 }, others: { whole: 120, epoch: 30 } };
const lengthsOf = (tokenizer: string) => (tokenizer === "characters" ? LENGTHS.characters : LENGTHS.others);

/** Samples are written after so many epochs at most, and so many of them are kept for the report. */
const SAMPLED = 20;
const KEPT = 4;

/** The temperatures of the lecture's samples. */
const TEMPERATURES = [0.2, 0.5, 1, 1.2];

/** Trains, measures and lets the model write. */
export async function trainForReport(
  texts: Texts,
  options: TrainForReportOptions,
): Promise<Omit<LanguageReport, "seconds">> {
  const text = await joinedTexts("generate", texts);
  const parts = splitText(text, options.heldOut);
  const prompt = options.prompt ?? promptOf(parts.heldOut === "" ? text : parts.heldOut);
  checkPrompt(prompt, text, options.model);
  const made =
    options.model.name === "ngram"
      ? await countNGrams(parts.training, text, options.model as NGramConfig)
      : await trainNetwork(text, prompt, options.model as LanguageModelConfig, options);
  const { model } = made;
  const score = parts.heldOut === "" ? undefined : await model.score(parts.heldOut);
  const samples: Sample[] = [];
  for (const temperature of TEMPERATURES)
    samples.push(
      await sampleOf(model, prompt, temperature, lengthsOf(model.tokenizer.name).whole, options.signal),
    );
  return {
    ...made,
    name: options.model.name,
    source: options.source,
    characters: countCharacters(text),
    vocabulary: model.tokenizer.vocabulary.size,
    tokenizer: UNITS[model.tokenizer.name] ?? "tokens",
    samples,
    ...(score !== undefined && {
      heldOut: {
        tokens: score.tokens,
        crossEntropy: crossEntropy(score),
        perplexity: perplexity(score),
        bitsPerCharacter: bitsPerCharacter(score),
        counts: options.model.name === "ngram" ? undefined : await countsOf(model, parts),
      },
    }),
  };
}

const UNITS: Readonly<Record<string, string>> = {
  characters: "characters",
  words: "words",
  "unicode-words": "words",
  bpe: "parts of words",
};

type Made = Pick<
  LanguageReport,
  "model" | "tokens" | "settings" | "parameters" | "history" | "bestEpoch" | "learning"
>;

async function trainNetwork(
  text: string,
  prompt: string,
  config: LanguageModelConfig,
  { heldOut, signal, onStep, onEpoch }: TrainForReportOptions,
): Promise<Made> {
  const logs: { loss: number[]; val_loss: number[] } = { loss: [], val_loss: [] };
  const learning: Sample[] = [];
  let detail: string | undefined;
  const model = await trainLanguageModel(
    [text],
    { ...config, validationSplit: heldOut },
    {
      signal,
      onStep: (done, of) => onStep?.(done, of, detail),
      onEpoch: async ({ epoch, epochs, loss, validationLoss, model }) => {
        logs.loss.push(loss);
        if (validationLoss !== undefined) logs.val_loss.push(validationLoss);
        detail = `loss ${(validationLoss ?? loss).toFixed(3)}`;
        const isSampled = epoch === 1 || epoch % Math.ceil(epochs / SAMPLED) === 0;
        const sample = isSampled
          ? {
              ...(await sampleOf(model, prompt, 0.5, lengthsOf(model.tokenizer.name).epoch, signal)),
              epoch,
            }
          : undefined;
        if (sample !== undefined) learning.push(sample);
        onEpoch?.({ epoch, epochs, loss, validationLoss, sample });
      },
    },
  );
  const { loss, val_loss } = logs;
  const { kind: _, name: _name, network, tokenizer: _tokenizer, ...settings } = model.settings;
  return {
    model,
    tokens: model.training?.tokens ?? 0,
    parameters: model.parameters,
    settings: { ...network, ...settings },
    history: {
      epochs: loss.map((_, i) => i),
      logs: val_loss.length === 0 ? { loss } : { loss, val_loss },
    },
    bestEpoch: (model.training?.bestEpoch ?? 1) - 1,
    learning: spread(learning, KEPT),
  };
}

async function countNGrams(
  training: string,
  text: string,
  { order, tokenizer: config }: NGramConfig,
): Promise<Made> {
  const isWhole = config.name === "characters";
  const tokenizer = await fitTokenizer(config, [isWhole ? text : training]);
  const model = await fitNGramModel(tokenizer, [training], { order, boundaries: false });
  return { model, tokens: tokenizer.encode(text).length, settings: { order } };
}

/** Texts up to so many characters are counted beside a network, which takes seconds. */
const COUNTED = 20_000_000;

async function countsOf(
  { tokenizer }: LanguageModel,
  { training, heldOut }: { readonly training: string; readonly heldOut: string },
) {
  if (training.length > COUNTED) return undefined;
  const order = tokenizer.name === "characters" ? 6 : 3;
  const counted = await fitNGramModel(tokenizer, [training], { order, boundaries: false });
  return { order, crossEntropy: crossEntropy(await counted.score(heldOut)) };
}

async function sampleOf(
  model: LanguageModel,
  prompt: string,
  temperature: number,
  maxTokens: number,
  signal: AbortSignal | undefined,
): Promise<Sample> {
  let text = "";
  for await (const piece of generate(model, { prompt, temperature, maxTokens, signal })) text += piece;
  return { temperature, prompt, text };
}

/** Some of a list: the first, the last, and those between them at even distances. */
function spread<T>(list: readonly T[], most: number): readonly T[] {
  if (list.length <= most) return list;
  return list.filter((_, i) => {
    const places = Array.from({ length: most }, (_, k) => Math.round((k * (list.length - 1)) / (most - 1)));
    return places.includes(i);
  });
}

/**
 * Fails for a prompt with characters that a model of characters will not know, before it is trained.
 *
 * @throws RecurraError `unknown-character`
 */
function checkPrompt(prompt: string, text: string, { tokenizer }: NGramConfig | LanguageModelConfig): void {
  if (tokenizer?.name !== "characters" || tokenizer.unknownToken !== undefined) return;
  const lower = (one: string) => (tokenizer.lower === true ? one.toLowerCase() : one);
  const known = new Set(lower(text));
  const strange = [...new Set(lower(prompt))].filter((character) => !known.has(character));
  if (strange.length === 0) return;
  const shown = strange.map((character) => `"${character}"`).join(", ");
  const [noun, are] = strange.length === 1 ? ["character", "is"] : ["characters", "are"];
  throw new RecurraError(
    "unknown-character",
    `The prompt ${JSON.stringify(prompt)} has the ${noun} ${shown}, which ${are} not in the text: a model of its characters cannot read it. Give a prompt of characters that the text has.`,
  );
}

/** The first line after the one that may be cut, of 10 characters or more; its first 40, but no part of a word. */
function promptOf(text: string): string {
  const line =
    text
      .split("\n")
      .slice(1)
      .find((one) => one.trim().length >= 10) ?? text;
  const start = [...line].slice(0, 40).join("");
  const whole = start.replace(/\s+\S*$/, "");
  return start === line || whole.trim() === "" ? start : whole;
}
