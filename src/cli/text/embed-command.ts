// `recurra embed`: vectors of words, trained and asked.

import { Command, Option } from "commander";
import { environment, joinPath } from "#platform";
import type { SkippedText } from "../../data/texts/text-options.ts";
import { RecurraError } from "../../platform/error.ts";
import type { EmbedProgress } from "../../text/embed/shares.ts";
import type { countWords } from "../../text/embed/usual-passes.ts";
import type { WordVectors } from "../../text/vectors/word-vectors.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, wholeNumber } from "../options.ts";
import { checkOut } from "../out.ts";
import { nameOf, work } from "../work.ts";
import { analogyCommand, evaluateCommand, nearestCommand } from "./embed-ask-command.ts";
import { mapCommand } from "./embed-map-command.ts";
import { addSourceOptions, type SourceArguments, sourceOptionsOf, tellSkippedRows } from "./text-files.ts";

const MODELS = ["skip-gram", "cbow", "glove", "validity"] as const;

interface TrainArguments extends SourceArguments {
  readonly model: (typeof MODELS)[number];
  readonly size?: number;
  readonly window?: number;
  readonly passes?: number;
  readonly minCount: number;
  readonly subwords?: boolean;
  readonly hierarchical?: boolean;
  readonly keepCase?: boolean;
  readonly threads?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra embed train corpus.txt
      skip-gram vectors of 100 numbers, into embed-corpus/
  recurra embed train "articles/*.txt" --model cbow --size 200 --passes 10
  recurra embed train corpus.txt --model validity
      by telling 5-grams of the text from those with a wrong word in the middle
  recurra embed train reviews.csv --text comment --subwords
      words never seen have vectors, too (fastText)

FILES are .txt, folders of them, or tables (CSV, TSV, JSON lines, Parquet) with a
column of texts; they are read as a stream, and may be .gz. Words are found by
Unicode's rules, and lower-cased.
The folder gets the vectors as vectors.safetensors and words.json, and vectors.txt
in word2vec's text form, which other tools read.
`;

/** The command with its subcommands, ready to be added to the program. */
export function embedCommand(context: CliContext): Command {
  return new Command("embed")
    .description("Learn vectors of words from texts, and ask them.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(nearestCommand(context))
    .addCommand(analogyCommand(context))
    .addCommand(mapCommand(context))
    .addCommand(evaluateCommand(context));
}

function trainCommand(context: CliContext): Command {
  const command = new Command("train")
    .description("Learn vectors of words from the texts of files.")
    .argument("<FILES...>", ".txt, a folder of them, or a table");
  return addSourceOptions(command)
    .addOption(new Option("--model <NAME>", "how they are learnt").choices(MODELS).default("skip-gram"))
    .addOption(
      new Option("--size <N>", "numbers in a vector (default: 100; validity 50)").argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        "--window <N>",
        "words to each side that count (default: 5; glove 10); for validity words in all, odd (default: 5)",
      ).argParser(wholeNumber(1)),
    )
    .addOption(
      new Option(
        "--passes <N>",
        "times through the texts (default: 5; glove 15; more of fewer than 2,000,000 words)",
      ).argParser(wholeNumber(1)),
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
    .addOption(new Option("--seed <N>", "of the random numbers").argParser(wholeNumber(0)).default(0))
    .addOption(new Option("--out <FOLDER>", "where to write (default: embed-NAME)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: TrainArguments) => runTrain(files, options, context));
}

async function runTrain(
  files: readonly string[],
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  const { model, hierarchical, subwords } = options;
  if (model !== "skip-gram" && model !== "cbow" && (hierarchical === true || subwords === true))
    throw new RecurraError(
      "option",
      `${subwords === true ? "--subwords" : "--hierarchical"} is for --model skip-gram and cbow, not ${model}.`,
    );
  const [{ streamTexts }, { unicodeWordSplitter }, { saveVectors }, { writeVectors }] = await Promise.all([
    import("../../data/texts/stream-texts.ts"),
    import("../../text/tokenizers/unicode-words.ts"),
    import("../../text/vectors/saved-vectors.ts"),
    import("../../text/vectors/write-vectors.ts"),
  ]);
  const out = options.out ?? `embed-${nameOf(files[0] ?? "")}`;
  const { vectors, note } = await work(context, 1, async ({ signal, view, write }) => {
    await checkOut(out, isOwn, { command: "recurra embed train", context });
    // The files are read several times; what is to be told of them is told once.
    const told = new Set<string>();
    const skipped = new Map<string, SkippedText>();
    const texts = streamTexts(files, {
      ...sourceOptionsOf(options),
      onNote: (note) => {
        if (!told.has(note)) context.tell(`${note}\n`);
        told.add(note);
      },
      onSkip: (one) => skipped.set(one.reason, one),
      signal,
    });
    const tokenizer = unicodeWordSplitter({ lower: options.keepCase !== true });
    const passes = options.passes ?? (await passesFor(texts, model, tokenizer, context));
    const shared = {
      minCount: options.minCount,
      tokenizer,
      threads: options.threads ?? environment.cores,
      seed: options.seed,
      signal,
      onProgress: ({ done, total, perSecond, secondsLeft, loss }: EmbedProgress) =>
        view.show({
          share: done / total,
          label: `${Math.round(perSecond).toLocaleString("en-US")} ${unitOf[model]} a second`,
          detail: Number.isFinite(loss) ? `loss ${loss.toFixed(3)}` : undefined,
          secondsLeft,
        }),
      ...(options.size !== undefined && { size: options.size }),
      ...(options.window !== undefined && { window: options.window }),
      ...(passes !== undefined && { passes }),
    };
    const made = await trained(texts, options, shared);
    await view.end();
    tellSkippedRows([...skipped.values()], files.join(", "), context);
    await write(out, isOwn, async (folder) => {
      await saveVectors(made.vectors, joinPath(folder, "model"));
      await writeVectors(joinPath(folder, "vectors.txt"), made.vectors);
    });
    return made;
  });
  if (options.json === true) {
    const { size: words, width } = vectors;
    context.print(`${JSON.stringify({ words, width, ...note?.figures, folder: out }, null, 2)}\n`);
    return;
  }
  // A frequent word, but none such as "the".
  const word = vectors.words.find((one) => one.length >= 5) ?? vectors.words[0] ?? "WORD";
  const shown = `${vectors.size.toLocaleString("en-US")} words, ${vectors.width} numbers each${note === undefined ? "" : `; ${note.text}`}`;
  context.print(
    `${shown}\n\nWritten: ${out}/model, ${out}/vectors.txt\nAsk them: recurra embed nearest ${out} ${word}\n`,
  );
}

/** Passes over a small corpus, which is said; undefined where the algorithm's default does. */
async function passesFor(
  texts: AsyncIterable<string>,
  model: TrainArguments["model"],
  tokenizer: Parameters<typeof countWords>[1],
  context: CliContext,
): Promise<number | undefined> {
  if (model === "validity") return undefined;
  const { countWords, MANY_WORDS, usualPasses } = await import("../../text/embed/usual-passes.ts");
  const words = await countWords(texts, tokenizer);
  if (words === 0 || words >= MANY_WORDS) return undefined;
  const passes = usualPasses(model === "glove" ? "glove" : "word2vec", words);
  context.tell(
    `${words.toLocaleString("en-US")} words are few to learn from: they are gone through ${passes} times (--passes).\n`,
  );
  return passes;
}

function isOwn(name: string): boolean {
  return name === "model" || name === "vectors.txt";
}

/** What the speed of a training is counted in. */
const unitOf = { "skip-gram": "words", cbow: "words", glove: "pairs", validity: "windows" };

/** Vectors, and what is to be told of their training. */
interface Trained {
  readonly vectors: WordVectors;
  readonly note?: { readonly text: string; readonly figures: object };
}

async function trained(
  texts: AsyncIterable<string>,
  { model, hierarchical, subwords }: TrainArguments,
  shared: object,
): Promise<Trained> {
  if (model === "glove") {
    const { glove } = await import("../../text/embed/glove.ts");
    return { vectors: await glove(texts, shared) };
  }
  if (model === "validity") {
    const { validity } = await import("../../text/embed/validity.ts");
    const { vectors, heldOut, window } = await validity(texts, shared);
    if (heldOut === undefined) return { vectors };
    const text = `${(100 * heldOut.accuracy).toFixed(1)} % of ${(2 * heldOut.windows).toLocaleString("en-US")} ${window}-grams told rightly that were held out, half of them broken`;
    return { vectors, note: { text, figures: { heldOut } } };
  }
  const { word2vec } = await import("../../text/embed/word2vec.ts");
  const vectors = await word2vec(texts, {
    ...shared,
    architecture: model === "cbow" ? "cbow" : "skipGram",
    ...(hierarchical === true && { loss: "hierarchicalSoftmax" as const }),
    ...(subwords === true && { subwords: true }),
  });
  return { vectors };
}
