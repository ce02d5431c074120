// `recurra embed`: vectors of words, trained and asked.

import { Command, Option } from "commander";
import { environment, joinPath, pathExists, writeFolderAtomic } from "#platform";
import { RecurraError } from "../platform/error.ts";
import type { EmbedProgress } from "../text/embed/shares.ts";
import type { Neighbour, WordVectors } from "../text/vectors/word-vectors.ts";
import type { CliContext } from "./context.ts";
import { nonEmpty, wholeNumber } from "./options.ts";
import { nameOf, work } from "./work.ts";

const MODELS = ["skip-gram", "cbow", "glove"] as const;

interface TrainArguments {
  readonly text?: string;
  readonly model: (typeof MODELS)[number];
  readonly size: number;
  readonly window?: number;
  readonly passes?: number;
  readonly minCount: number;
  readonly subwords?: boolean;
  readonly hierarchical?: boolean;
  readonly keepCase?: boolean;
  readonly threads?: number;
  readonly onError: "stop" | "skip" | "replace";
  readonly seed: number;
  readonly out?: string;
}

interface AskArguments {
  readonly count: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra embed train corpus.txt
      skip-gram vectors of 100 numbers, into embed-corpus/
  recurra embed train "articles/*.txt" --model cbow --size 200 --passes 10
  recurra embed train reviews.csv --text comment --subwords
      words never seen have vectors, too (fastText)

FILES are .txt, folders of them, or tables (CSV, TSV, JSON lines, Parquet) with a
column of texts; they are read as a stream, and may be .gz. Words are found by
Unicode's rules, and lower-cased.
The folder gets the vectors as vectors.safetensors and words.json, and vectors.txt
in word2vec's text form, which other tools read.
`;

const ASK = `
VECTORS is the folder that \`recurra embed train\` wrote, or a file of word2vec
(.txt, .bin), GloVe or fastText (.vec).
`;

/** The command with its subcommands, ready to be added to the program. */
export function embedCommand(context: CliContext): Command {
  return new Command("embed")
    .description("Learn vectors of words from texts, and ask them.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(nearestCommand(context))
    .addCommand(analogyCommand(context))
    .addCommand(evaluateCommand(context));
}

function trainCommand(context: CliContext): Command {
  return new Command("train")
    .description("Learn vectors of words from the texts of files.")
    .argument("<FILES...>", ".txt, a folder of them, or a table")
    .addOption(new Option("--text <COLUMN>", "the texts of a table (default: found out)").argParser(nonEmpty))
    .addOption(new Option("--model <NAME>", "how they are learnt").choices(MODELS).default("skip-gram"))
    .addOption(new Option("--size <N>", "numbers in a vector").argParser(wholeNumber(1)).default(100))
    .addOption(
      new Option("--window <N>", "words to each side that count (default: 5; glove 10)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--passes <N>", "times through the texts (default: 5; glove 15)").argParser(wholeNumber(1)),
    )
    .addOption(new Option("--min-count <N>", "leave rarer words out").argParser(wholeNumber(1)).default(5))
    .option("--subwords", "make words up of parts of theirs, too (fastText)")
    .option("--hierarchical", "hierarchical softmax in place of negative sampling")
    .option("--keep-case", "do not lower-case")
    .addOption(
      new Option("--threads <N>", "with 1 the result follows from the seed (default: all cores)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--on-error <WHAT>", "text that is no UTF-8: stop, skip its row, or replace it")
        .choices(["stop", "skip", "replace"])
        .default("stop"),
    )
    .addOption(new Option("--seed <N>", "of the random numbers").argParser(wholeNumber(0)).default(0))
    .addOption(new Option("--out <FOLDER>", "where to write (default: embed-NAME)").argParser(nonEmpty))
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: TrainArguments) => runTrain(files, options, context));
}

function addAskOptions(command: Command): Command {
  return command
    .addOption(new Option("--count <N>", "answers").argParser(wholeNumber(1)).default(10))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", ASK);
}

function nearestCommand(context: CliContext): Command {
  return addAskOptions(
    new Command("nearest")
      .description("The words whose vectors are most like a word's.")
      .argument("<VECTORS>", "a folder or a file of vectors")
      .argument("<WORDS...>", "one word or several, each by itself"),
  ).action(async (path: string, words: readonly string[], options: AskArguments) => {
    const vectors = await open(path);
    for (const word of words)
      tell(word, vectors.nearest(word, options.count), options, context, words.length > 1);
  });
}

function analogyCommand(context: CliContext): Command {
  return addAskOptions(
    new Command("analogy")
      .description("What is to C as B is to A: analogy man king woman.")
      .argument("<VECTORS>", "a folder or a file of vectors")
      .argument("<A>", "as in man")
      .argument("<B>", "is to king")
      .argument("<C>", "so is woman to …"),
  ).action(async (path: string, a: string, b: string, c: string, options: AskArguments) => {
    const vectors = await open(path);
    tell(
      `${a} : ${b} = ${c} : …`,
      vectors.analogy(a, b, c, { count: options.count }),
      options,
      context,
      false,
    );
  });
}

function evaluateCommand(context: CliContext): Command {
  return new Command("evaluate")
    .description("Hold vectors against analogies (questions-words.txt) or similarities (WordSim353).")
    .argument("<VECTORS>", "a folder or a file of vectors")
    .argument("<FILE>", "lines of four words, groups after a colon; or word, word, score")
    .addHelpText("after", ASK)
    .action(async (path: string, file: string) => {
      const [{ evaluateAnalogies, evaluateSimilarity }, { readTextFile }] = await Promise.all([
        import("../text/vectors/evaluation.ts"),
        import("#platform"),
      ]);
      const vectors = await open(path);
      const text = await readTextFile(file);
      if (/^\s*:/.test(text)) {
        const { groups, total } = await evaluateAnalogies(vectors, text);
        const line = (name: string, right: number, of: number) =>
          `${name.padEnd(28)} ${String(right).padStart(6)} of ${String(of).padStart(6)}  ${of === 0 ? "–" : `${((100 * right) / of).toFixed(1)} %`}\n`;
        for (const { group, correct, asked } of groups) context.print(line(group, correct, asked));
        context.print(line("all", total.correct, total.asked));
        return;
      }
      const { spearman, found, pairs } = evaluateSimilarity(vectors, text);
      context.print(
        `Spearman's correlation ${spearman.toFixed(3)} over ${found} of ${pairs} pairs of words\n`,
      );
    });
}

async function open(path: string): Promise<WordVectors> {
  const { openVectors } = await import("../text/vectors/saved-vectors.ts");
  const inner = joinPath(path, "model");
  return openVectors((await pathExists(inner)) ? inner : path);
}

function tell(
  question: string,
  answers: readonly Neighbour[],
  options: AskArguments,
  context: CliContext,
  isNamed: boolean,
): void {
  if (options.json === true) {
    context.print(`${JSON.stringify({ question, answers }, null, 2)}\n`);
    return;
  }
  const widest = Math.max(...answers.map(({ word }) => word.length));
  if (isNamed) context.print(`${question}\n`);
  for (const { word, similarity } of answers)
    context.print(`${isNamed ? "  " : ""}${word.padEnd(widest)}  ${similarity.toFixed(3)}\n`);
}

async function runTrain(
  files: readonly string[],
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  const { model, hierarchical, subwords } = options;
  if (model === "glove" && (hierarchical === true || subwords === true))
    throw new RecurraError(
      "option",
      `${subwords === true ? "--subwords" : "--hierarchical"} is for --model skip-gram and cbow; GloVe learns from counts of pairs of words.`,
    );
  const [{ streamTexts }, { unicodeWordSplitter }, { saveVectors }, { writeVectors }] = await Promise.all([
    import("../data/texts/stream-texts.ts"),
    import("../text/tokenizers/unicode-words.ts"),
    import("../text/vectors/saved-vectors.ts"),
    import("../text/vectors/write-vectors.ts"),
  ]);
  const out = options.out ?? `embed-${nameOf(files[0] ?? "")}`;
  const vectors = await work(context, 1, async ({ signal, view }) => {
    const texts = streamTexts(files, {
      ...(options.text !== undefined && { text: options.text }),
      onError: options.onError === "stop" ? "throw" : options.onError,
      onNote: (note) => context.tell(`${note}\n`),
      signal,
    });
    const shared = {
      size: options.size,
      minCount: options.minCount,
      tokenizer: unicodeWordSplitter({ lower: options.keepCase !== true }),
      threads: options.threads ?? environment.cores,
      seed: options.seed,
      signal,
      onProgress: ({ done, total, perSecond, secondsLeft, loss }: EmbedProgress) =>
        view.show({
          share: done / total,
          label: `${Math.round(perSecond).toLocaleString("en-US")} ${model === "glove" ? "pairs" : "words"} a second`,
          detail: Number.isFinite(loss) ? `loss ${loss.toFixed(3)}` : undefined,
          secondsLeft,
        }),
      ...(options.window !== undefined && { window: options.window }),
      ...(options.passes !== undefined && { passes: options.passes }),
    };
    const made = await trained(texts, options, shared);
    await view.end();
    context.tell(`Writing ${out} …\n`);
    await writeFolderAtomic(
      out,
      async (folder) => {
        await saveVectors(made, joinPath(folder, "model"));
        await writeVectors(joinPath(folder, "vectors.txt"), made);
        signal.throwIfAborted();
      },
      { owned: (name) => name === "model" || name === "vectors.txt" },
    );
    return made;
  });
  context.print(
    `${vectors.size.toLocaleString("en-US")} words, ${vectors.width} numbers each\n\nWritten: ${out}/model, ${out}/vectors.txt\nAsk them: recurra embed nearest ${out} ${vectors.words[20] ?? vectors.words[0] ?? "WORD"}\n`,
  );
}

async function trained(
  texts: AsyncIterable<string>,
  { model, hierarchical, subwords }: TrainArguments,
  shared: object,
): Promise<WordVectors> {
  if (model === "glove") {
    const { glove } = await import("../text/embed/glove.ts");
    return glove(texts, shared);
  }
  const { word2vec } = await import("../text/embed/word2vec.ts");
  return word2vec(texts, {
    ...shared,
    architecture: model === "cbow" ? "cbow" : "skipGram",
    ...(hierarchical === true && { loss: "hierarchicalSoftmax" as const }),
    ...(subwords === true && { subwords: true }),
  });
}
