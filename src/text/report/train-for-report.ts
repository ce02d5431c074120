// Training a language model with all that its report tells: held-out figures, samples after each epoch.

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
  readonly onSample?: ((sample: Sample) => void) | undefined;
}

/** Characters of a sample in the report, and of one after an epoch. */
const LENGTHS = { whole: 400, epoch: 120 };

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
  const made =
    options.model.name === "ngram"
      ? await countNGrams(parts.training, text, options.model as NGramConfig)
      : await trainNetwork(text, prompt, options.model as LanguageModelConfig, options);
  const { model } = made;
  const score = parts.heldOut === "" ? undefined : await model.score(parts.heldOut);
  const samples: Sample[] = [];
  for (const temperature of TEMPERATURES)
    samples.push(await sampleOf(model, prompt, temperature, LENGTHS.whole, options.signal));
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

type Made = Pick<LanguageReport, "model" | "tokens" | "settings" | "parameters" | "history" | "bestEpoch">;

async function trainNetwork(
  text: string,
  prompt: string,
  config: LanguageModelConfig,
  { heldOut, signal, onStep, onSample }: TrainForReportOptions,
): Promise<Made> {
  const logs: { loss: number[]; val_loss: number[] } = { loss: [], val_loss: [] };
  let detail: string | undefined;
  const model = await trainLanguageModel(
    [text],
    { ...config, validationSplit: heldOut },
    {
      signal,
      onStep: (done, of) => onStep?.(done, of, detail),
      onEpoch: async ({ epoch, loss, validationLoss, model }) => {
        logs.loss.push(loss);
        if (validationLoss !== undefined) logs.val_loss.push(validationLoss);
        detail = `loss ${(validationLoss ?? loss).toFixed(3)}`;
        onSample?.({ ...(await sampleOf(model, prompt, 0.5, LENGTHS.epoch, signal)), epoch });
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

/** The first line that has something in it, at most 40 characters. */
function promptOf(text: string): string {
  const line =
    text
      .split("\n")
      .slice(1)
      .find((one) => one.trim().length >= 10) ?? text;
  return [...line].slice(0, 40).join("");
}
