// `recurra generate`: train a language model on texts, and let it write.

import { Command, Option } from "commander";
import { now } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type { LanguageModelConfig } from "../../text/language/neural/settings.ts";
import type { ReportedEpoch } from "../../text/report/train-for-report.ts";
import type { TokenizerConfig, TokenizerFile } from "../../text/tokenizers/registry.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, numberFrom, wholeNumber } from "../options.ts";
import { checkOut } from "../out.ts";
import { addNetworkOptions, networkCount } from "../training-options.ts";
import { nameOf, work } from "../work.ts";
import { sampleCommand } from "./generate-sample-command.ts";
import { addSourceOptions, type SourceArguments, sourceOptionsOf, tellNotes } from "./text-files.ts";
import { checkTokenizerFile, tokenizerOr } from "./tokenizer-option.ts";
import { traceLanguageModelCommand } from "./trace-text-command.ts";

const MODELS = ["lstm", "gru", "rnn", "gpt", "bengio", "ngram"] as const;
const LEVELS = ["char", "word", "bpe"] as const;

interface TrainArguments extends SourceArguments {
  readonly model: (typeof MODELS)[number];
  readonly level: (typeof LEVELS)[number];
  readonly tokenizer?: TokenizerFile;
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
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra generate train nietzsche.txt --lower
      an LSTM that writes character by character, into generate-nietzsche/
  recurra generate train books/ --model gpt --level bpe --vocabulary 2000
      a small transformer over parts of words, of all .txt files of a folder
  recurra generate train reviews.csv --text comment --model ngram --level word
      counts of words and of those before them: trained in a moment

On the way it writes a sample now and then. The last tenth of the text is held
out: by it the best epoch is chosen, and the model measured (--held-out).
The folder gets report.html (open it in a browser), samples.txt, metrics.json
and model/. It appears whole, or not at all.
`;

/** The command with its subcommands, ready to be added to the program. */
export function generateCommand(context: CliContext): Command {
  return new Command("generate")
    .description("Train a language model on texts, and let it write.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(sampleCommand(context))
    .addCommand(traceLanguageModelCommand(context));
}

function trainCommand(context: CliContext): Command {
  const command = new Command("train")
    .description("Train a language model on the texts of files.")
    .argument(
      "<FILES...>",
      ".txt, a folder of them, or a table (CSV, TSV, JSON lines, Parquet); - for standard input",
    );
  addSourceOptions(command)
    .addOption(new Option("--model <NAME>", "what learns").choices(MODELS).default("lstm"))
    .addOption(
      new Option("--level <TOKENS>", "what it reads and writes: characters, words, parts of words")
        .choices(LEVELS)
        .default("char"),
    )
    .addOption(
      new Option("--tokenizer <FILE>", "a tokeniser of one's own in place of --level, or a tokenizer.json")
        .argParser(tokenizerOr([]))
        .conflicts(["level", "lower", "vocabulary"]),
    )
    .addOption(new Option("--lower", "lower-case the text first"))
    .addOption(
      new Option("--vocabulary <N>", "the most words, or parts of words (default: 10000)").argParser(
        wholeNumber(2),
      ),
    )
    .addOption(
      new Option("--held-out <SHARE>", "the end of the text, to measure by; 0 for none")
        .argParser(numberFrom(0, 0.9))
        .default(0.1),
    )
    .addOption(
      new Option("--prompt <TEXT>", "what samples begin with (default: the held-out text)").argParser(
        nonEmpty,
      ),
    )
    .addOption(
      new Option("--seed <N>", "the same seed gives the same result").argParser(wholeNumber(0)).default(0),
    )
    .addOption(new Option("--out <FOLDER>", "where to write (default: generate-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addOption(networkCount("--layers <N>", "layers, one upon the other (default: 1; 4 for gpt)"))
    .addOption(
      networkCount("--context <N>", "tokens that it looks back in training (default: 100; 64 for gpt)"),
    )
    .addOption(
      networkCount("--order <N>", "of ngram: words of the longest n-grams (default: 3; 6 for characters)"),
    );
  return addNetworkOptions(command, {
    units: "units of a layer; of gpt the width (default: by the network)",
    epochs: "passes over the text (default: 20, of short texts more)",
    batchSize: "rows in a step (default: by the network)",
    learningRate: "the highest (default: by the network)",
    dropout: "dropped in training (default: 0.1; 0 for gpt)",
  })
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: TrainArguments) => runTrain(files, options, context));
}

async function runTrain(
  files: readonly string[],
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  checkTogether(options);
  const [{ readTexts }, { isLanguageFile, languageDocument, writeLanguageReport }, { trainForReport }] =
    await Promise.all([
      import("../../data/texts/read-texts.ts"),
      import("../../text/report/language-report.ts"),
      import("../../text/report/train-for-report.ts"),
    ]);
  const out = options.out ?? `generate-${nameOf(files[0] ?? "")}`;
  const report = await work(context, 1, async ({ signal, view, write }) => {
    const started = now();
    await checkOut(out, isLanguageFile, { command: "recurra generate train", context });
    if (options.tokenizer !== undefined) await checkTokenizerFile(options.tokenizer);
    const read = await readTexts(files, {
      ...sourceOptionsOf(options),
      label: "none",
      whole: true,
      signal,
    });
    tellNotes(read, context);
    const made = await trainForReport(read.texts, {
      source: read.source,
      model: configOf(options),
      heldOut: options.heldOut,
      prompt: options.prompt,
      signal,
      onStep: (done, of, detail) =>
        view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onEpoch: (epoch) => view.notice(epochLines(epoch)),
    });
    const whole = { ...made, seconds: Math.round(now() - started) / 1000 };
    await write(out, isLanguageFile, (folder) => writeLanguageReport(whole, folder));
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
          ...(held.counts === undefined
            ? []
            : [
                `Counts of ${held.counts.order} tokens in a row (--model ngram): ${held.counts.crossEntropy.toFixed(4)} nats`,
              ]),
        ]),
    "",
    `Report: ${out}/report.html`,
    "Also there: metrics.json, samples.txt, model/",
    `Write more: recurra generate sample ${out} --prompt "…"`,
  ];
  context.print(`${lines.join("\n")}\n`);
}

function epochLines({ epoch, epochs, loss, validationLoss, sample }: ReportedEpoch): string {
  const held = validationLoss === undefined ? "" : `; held out: ${validationLoss.toFixed(3)}`;
  const line = `epoch ${epoch} of ${epochs}: loss ${loss.toFixed(3)}${held}`;
  return sample === undefined
    ? line
    : `${line}\n    ${sample.prompt}${sample.text}`.replace(/\n(?! {4})/g, "\n    ");
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

function tokenizerOf({
  tokenizer,
  level,
  lower = false,
  vocabulary = 10_000,
}: TrainArguments): TokenizerConfig {
  if (tokenizer !== undefined) return tokenizer;
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
  const { model, units, layers, context, epochs, batchSize, learningRate, dropout, seed } = options;
  const tokenizer = tokenizerOf(options);
  if (model === "ngram")
    return { name: "ngram", order: options.order ?? (tokenizer.name === "characters" ? 6 : 3), tokenizer };
  const shared = { tokenizer, context, epochs, batchSize, learningRate, dropout, seed };
  if (model === "gpt") return { name: "gpt", width: units, layers, ...shared } as LanguageModelConfig;
  if (model === "bengio") return { name: "bengio", units, ...shared } as LanguageModelConfig;
  return { name: model, units, layers, ...shared } as LanguageModelConfig;
}
