// `recurra generate`: train a language model on texts, and let it write.

import { Command, InvalidArgumentError, Option } from "commander";
import { now, writeFolderAtomic } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { GenerateOptions } from "../text/language/generate.ts";
import type { LanguageModel } from "../text/language/language-model.ts";
import type { LanguageModelConfig } from "../text/language/neural/settings.ts";
import type { Sample } from "../text/report/language-report.ts";
import type { TokenizerConfig } from "../text/tokenizers/registry.ts";
import type { CliContext } from "./context.ts";
import { nonEmpty, wholeNumber } from "./options.ts";
import { nameOf, work } from "./work.ts";

const MODELS = ["lstm", "gru", "rnn", "gpt", "bengio", "ngram"] as const;
const LEVELS = ["char", "word", "bpe"] as const;

interface TrainArguments {
  readonly text?: string;
  readonly model: (typeof MODELS)[number];
  readonly level: (typeof LEVELS)[number];
  readonly lower?: boolean;
  readonly vocabulary?: number;
  readonly units?: number;
  readonly layers?: number;
  readonly context?: number;
  readonly order?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
  readonly heldOut: number;
  readonly prompt?: string;
  readonly onError: "stop" | "skip" | "replace";
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

interface SampleArguments {
  readonly prompt?: string;
  readonly length: number;
  readonly count: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly stop?: readonly string[];
  readonly seed: number;
}

const EXAMPLES = `
Examples:
  recurra generate train nietzsche.txt --lower
      an LSTM that writes character by character, into generate-nietzsche/
  recurra generate train books/ --model gpt --level bpe --vocabulary 2000
      a small transformer over parts of words, of all .txt files of a folder
  recurra generate train reviews.csv --text comment --model ngram --level word
      counts of words and of those before them: trained in a moment

After each epoch a sample is printed. The last tenth of the text is held out: by
it the best epoch is chosen, and the model measured (--held-out).
The folder gets report.html (open it in a browser), samples.txt, metrics.json
and model/. It appears whole, or not at all.
`;

const SAMPLE_EXAMPLES = `
Examples:
  recurra generate sample generate-nietzsche --prompt "the truth is" --length 400
  recurra generate sample generate-nietzsche --temperature 0.5 --count 3 --seed 7

MODEL is the folder that \`recurra generate train\` wrote, or model/ in it. The
text comes out as it is written, the prompt first.
`;

/** The command with its subcommands, ready to be added to the program. */
export function generateCommand(context: CliContext): Command {
  return new Command("generate")
    .description("Train a language model on texts, and let it write.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(sampleCommand(context));
}

/** A number from `least` on, up to `most`. */
function number(least: number, most = Number.POSITIVE_INFINITY): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() !== "" && value >= least && value <= most) return value;
    throw new InvalidArgumentError(
      most === Number.POSITIVE_INFINITY
        ? `Wanted a number from ${least} on.`
        : `Wanted a number from ${least} to ${most}.`,
    );
  };
}

function trainCommand(context: CliContext): Command {
  const network = "Network:";
  const count = (flags: string, text: string) =>
    new Option(flags, text).argParser(wholeNumber(1)).helpGroup(network);
  return new Command("train")
    .description("Train a language model on the texts of files.")
    .argument("<FILES...>", ".txt, a folder of them, or a table (CSV, TSV, JSON lines, Parquet)")
    .addOption(new Option("--text <COLUMN>", "the texts of a table (default: found out)").argParser(nonEmpty))
    .addOption(new Option("--model <NAME>", "what learns").choices(MODELS).default("lstm"))
    .addOption(
      new Option("--level <TOKENS>", "what it reads and writes: characters, words, parts of words")
        .choices(LEVELS)
        .default("char"),
    )
    .addOption(new Option("--lower", "lower-case the text first"))
    .addOption(
      new Option("--vocabulary <N>", "the most words, or parts of words (default: 10000)").argParser(
        wholeNumber(2),
      ),
    )
    .addOption(
      new Option("--held-out <SHARE>", "the end of the text, to measure by; 0 for none")
        .argParser(number(0, 0.9))
        .default(0.1),
    )
    .addOption(
      new Option("--prompt <TEXT>", "what samples begin with (default: the held-out text)").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option("--on-error <WHAT>", "text that is no UTF-8: stop, skip its row, or replace it")
        .choices(["stop", "skip", "replace"])
        .default("stop"),
    )
    .addOption(
      new Option("--seed <N>", "the same seed gives the same result").argParser(wholeNumber(0)).default(0),
    )
    .addOption(new Option("--out <FOLDER>", "where to write (default: generate-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addOption(count("--units <N>", "units of a layer; of gpt the width (default: by the network)"))
    .addOption(count("--layers <N>", "layers, one upon the other (default: 1; 4 for gpt)"))
    .addOption(count("--context <N>", "tokens that it looks back in training (default: 100; 64 for gpt)"))
    .addOption(count("--order <N>", "of ngram: words of the longest n-grams (default: 3; 6 for characters)"))
    .addOption(count("--epochs <N>", "passes over the text (default: 20, of short texts more)"))
    .addOption(count("--batch-size <N>", "rows in a step (default: by the network)"))
    .addOption(
      new Option("--learning-rate <RATE>", "the highest (default: by the network)")
        .argParser(number(0))
        .helpGroup(network),
    )
    .addOption(
      new Option("--dropout <SHARE>", "dropped in training (default: 0.1; 0 for gpt)")
        .argParser(number(0, 0.95))
        .helpGroup(network),
    )
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: TrainArguments) => runTrain(files, options, context));
}

function sampleCommand(context: CliContext): Command {
  const add = (flags: string, text: string, least: number, most?: number) =>
    new Option(flags, text).argParser(number(least, most));
  return new Command("sample")
    .description("Let a trained model write.")
    .argument("<MODEL>", "the folder of a training")
    .addOption(new Option("--prompt <TEXT>", "what the text begins with (default: a line end)"))
    .addOption(new Option("--length <N>", "tokens to write at most").argParser(wholeNumber(1)).default(256))
    .addOption(new Option("--count <N>", "texts to write").argParser(wholeNumber(1)).default(1))
    .addOption(
      add("--temperature <T>", "below 1 safer, above 1 bolder, 0 always the likeliest (default: 1)", 0),
    )
    .addOption(new Option("--top-k <N>", "draw from the N likeliest tokens only").argParser(wholeNumber(1)))
    .addOption(add("--top-p <P>", "draw from the likeliest tokens that together have this share", 0, 1))
    .addOption(add("--min-p <P>", "draw from tokens at least this times as likely as the likeliest", 0, 1))
    .addOption(add("--repetition-penalty <X>", "above 1: repeat less", 0))
    .addOption(
      new Option("--stop <TEXT>", "end before this; may be given several times").argParser(
        (text: string, before: readonly string[] = []) => [...before, text],
      ),
    )
    .addOption(new Option("--seed <N>", "the same seed writes the same").argParser(wholeNumber(0)).default(0))
    .addHelpText("after", SAMPLE_EXAMPLES)
    .action((model: string, options: SampleArguments) => runSample(model, options, context));
}

async function runTrain(
  files: readonly string[],
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  checkTogether(options);
  const [{ readTexts }, { isLanguageFile, languageDocument, writeLanguageReport }, { trainForReport }] =
    await Promise.all([
      import("../data/texts/read-texts.ts"),
      import("../text/report/language-report.ts"),
      import("../text/report/train-for-report.ts"),
    ]);
  const out = options.out ?? `generate-${nameOf(files[0] ?? "")}`;
  const report = await work(context, 1, async ({ signal, view }) => {
    const started = now();
    const read = await readTexts(files, {
      text: options.text,
      label: "none",
      whole: true,
      onError: options.onError === "stop" ? "throw" : options.onError,
      signal,
    });
    for (const note of read.notes) context.tell(`${note}\n`);
    const made = await trainForReport(read.texts, {
      source: read.source,
      model: configOf(options),
      heldOut: options.heldOut,
      prompt: options.prompt,
      signal,
      onStep: (done, of, detail) =>
        view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onSample: (sample) => view.notice(sampleLine(sample)),
    });
    const whole = { ...made, seconds: Math.round(now() - started) / 1000 };
    await view.end();
    context.tell(`Writing ${out} …\n`);
    await writeFolderAtomic(
      out,
      async (folder) => {
        await writeLanguageReport(whole, folder);
        signal.throwIfAborted();
      },
      { owned: isLanguageFile },
    );
    return whole;
  });
  if (options.json === true) {
    context.print(`${JSON.stringify(languageDocument(report), null, 2)}\n`);
    return;
  }
  const held = report.heldOut;
  const lines = [
    `${report.vocabulary.toLocaleString("en-US")} different ${report.tokenizer} in ${report.tokens.toLocaleString("en-US")}; ${Math.ceil(report.seconds)} s`,
    ...(held === undefined
      ? []
      : [
          `Held out: ${held.crossEntropy.toFixed(4)} nats a token, perplexity ${held.perplexity.toFixed(2)}, ${held.bitsPerCharacter.toFixed(3)} bits a character`,
        ]),
    "",
    `Report: ${out}/report.html`,
    "Also there: metrics.json, samples.txt, model/",
    `Write more: recurra generate sample ${out} --prompt "…"`,
  ];
  context.print(`${lines.join("\n")}\n`);
}

function sampleLine({ epoch, temperature, prompt, text }: Sample): string {
  const when = epoch === undefined ? "" : `epoch ${epoch}, `;
  return `[${when}temperature ${temperature}] ${prompt}${text}`;
}

/** Fails for options that the model does not have. */
function checkTogether(options: TrainArguments): void {
  const refuse = (flag: string, why: string) => {
    throw new RecurraError("option", `${flag} is not for --model ${options.model}: ${why}`);
  };
  const { model, level } = options;
  if (model === "ngram") {
    for (const [flag, value] of Object.entries({
      "--units": options.units,
      "--layers": options.layers,
      "--context": options.context,
      "--epochs": options.epochs,
      "--batch-size": options.batchSize,
      "--learning-rate": options.learningRate,
      "--dropout": options.dropout,
    }))
      if (value !== undefined) refuse(flag, "counts are not trained in steps. Its option is --order.");
  } else if (options.order !== undefined) refuse("--order", "a network has --context.");
  if (model === "bengio" && options.layers !== undefined) refuse("--layers", "it has one hidden layer.");
  if (level === "char" && options.vocabulary !== undefined)
    throw new RecurraError("option", "--vocabulary is for --level word and bpe; characters are all kept.");
  if (level === "bpe" && options.lower === true)
    throw new RecurraError("option", "--lower is for --level char and word; bpe keeps any text as it is.");
}

function tokenizerOf({ level, lower = false, vocabulary = 10_000 }: TrainArguments): TokenizerConfig {
  if (level === "char") return { name: "characters", lower };
  if (level === "bpe") return { name: "bpe", vocabularySize: vocabulary };
  return { name: "unicode-words", lower, numWords: vocabulary, oovToken: "<unknown>", punctuation: true };
}

/** What `trainForReport` is to train. */
function configOf(
  options: TrainArguments,
):
  | { readonly name: "ngram"; readonly order: number; readonly tokenizer: TokenizerConfig }
  | LanguageModelConfig {
  const { model, level, units, layers, context, epochs, batchSize, learningRate, dropout, seed } = options;
  const tokenizer = tokenizerOf(options);
  if (model === "ngram")
    return { name: "ngram", order: options.order ?? (level === "char" ? 6 : 3), tokenizer };
  const shared = { tokenizer, context, epochs, batchSize, learningRate, dropout, seed };
  if (model === "gpt") return { name: "gpt", width: units, layers, ...shared } as LanguageModelConfig;
  if (model === "bengio") return { name: "bengio", units, ...shared } as LanguageModelConfig;
  return { name: model, units, layers, ...shared } as LanguageModelConfig;
}

async function runSample(path: string, options: SampleArguments, context: CliContext): Promise<void> {
  const [{ loadLanguageModel }, { generate }, { pathExists, joinPath }] = await Promise.all([
    import("../text/language/load-language-model.ts"),
    import("../text/language/generate.ts"),
    import("#platform"),
  ]);
  const inner = joinPath(path, "model");
  const model: LanguageModel = await loadLanguageModel((await pathExists(inner)) ? inner : path);
  const { length, count, seed, prompt = "\n", ...sampling } = options;
  const { stop } = options;
  for (let i = 0; i < count; i++) {
    const given: GenerateOptions = { ...sampling, stop, prompt, maxTokens: length, seed: seed + i };
    if (count > 1) context.print(`${i === 0 ? "" : "\n"}--- seed ${seed + i} ---\n`);
    context.print(options.prompt ?? "");
    for await (const piece of generate(model, given)) context.print(piece);
    context.print("\n");
  }
}
