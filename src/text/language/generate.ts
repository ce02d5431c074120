// generate: text from a language model, as it comes.

import { countOrZero, kind, text } from "../../nn/layer-options.ts";
import { checkOptions } from "../../nn/losses/rule.ts";
import { pauser } from "../embed/pause.ts";
import type { LanguageModel } from "./language-model.ts";
import { Sampler, type SamplingOptions, samplingKinds } from "./sampling.ts";
import { StopStrings } from "./stop-strings.ts";
import { TextStream } from "./text-stream.ts";

export interface GenerateOptions extends SamplingOptions {
  /** What the text begins with; it is not given back. Default "": the model begins. */
  readonly prompt?: string | undefined;
  /** The text ends before the first of these. They count in what is generated only, and may lie across tokens. Default none. */
  readonly stop?: string | readonly string[] | undefined;
  /** At most so many tokens. Default 256. */
  readonly maxTokens?: number | undefined;
  /** Ends the work when it is aborted: the generator throws its reason. */
  readonly signal?: AbortSignal | undefined;
}

const generateKinds = {
  ...samplingKinds,
  prompt: text,
  stop: () => undefined, // StopStrings says what it may be
  maxTokens: countOrZero,
  signal: kind("an AbortSignal", (value) => value instanceof AbortSignal),
};

/**
 * Continues a text, token by token, until the model ends it, a stop string comes, or there are `maxTokens`.
 *
 *     for await (const piece of generate(model, { prompt: "The ", temperature: 0.8, stop: "\n" })) terminal.write(piece);
 *
 * Padding, and what stands for unknown tokens, are never drawn. Text that may be the beginning of a stop string, and tokens that are part
 * of a character, come out once they are decided.
 *
 * @returns pieces of text, none of them empty
 * @throws RecurraError `unknown-option`, `option-value` at once; `empty-prompt` where the model needs a prompt; what the tokeniser throws
 *   for a prompt
 */
export function generate(
  model: LanguageModel,
  options: GenerateOptions = {},
): AsyncGenerator<string, void, undefined> {
  checkOptions("generate", options, generateKinds);
  const { prompt = "", stop = [], maxTokens = 256, signal, ...sampling } = options;
  const { padding, unknown } = model.tokenizer.vocabulary;
  const banned = [padding, unknown].filter((id) => id !== undefined);
  return pieces(model, prompt, new StopStrings(stop), new Sampler(sampling, banned), maxTokens, signal);
}

/** The text that {@link generate} gives piece by piece, when it is complete. @throws RecurraError as there */
export async function generateText(model: LanguageModel, options: GenerateOptions = {}): Promise<string> {
  let text = "";
  for await (const piece of generate(model, options)) text += piece;
  return text;
}

async function* pieces(
  model: LanguageModel,
  prompt: string,
  stops: StopStrings,
  sampler: Sampler,
  maxTokens: number,
  signal: AbortSignal | undefined,
): AsyncGenerator<string, void, undefined> {
  const ids = model.tokenizer.encode(prompt);
  sampler.see(ids);
  const stream = new TextStream(model.tokenizer, ids);
  const reader = model.reader();
  const last = new Int32Array(1);
  const pause = pauser(signal);
  for (let made = 0; made < maxTokens; made++) {
    signal?.throwIfAborted();
    // Models that never wait would let nothing else come in between.
    await pause();
    const id = sampler.sample(await reader.read(made === 0 ? ids : last));
    if (id === model.endOfText) break;
    last[0] = id;
    const piece = stops.push(stream.push(id));
    if (piece !== "") yield piece;
    if (stops.isStopped) return;
  }
  const unfinished = stops.push(stream.end());
  const rest = stops.isStopped ? unfinished : unfinished + stops.end();
  if (rest !== "") yield rest;
}
