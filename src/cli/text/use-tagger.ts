// `recurra tag predict` and `evaluate`: what a trained tagger says of sentences, and how right it is.

import { Command, Option } from "commander";
import { RecurraError } from "../../platform/error.ts";
import type { ToldFormat, ToldSentence } from "../../text/report/told-tags.ts";
import type { Tagger } from "../../text/tag/tagger.ts";
import type { CliContext } from "../context.ts";
import { columnNames, nonEmpty, wholeNumber } from "../options.ts";
import { checkOutFile, writeOut } from "../out.ts";
import { work } from "../work.ts";
import { keptNames, tellRenamed } from "./kept-columns.ts";
import {
  addTaggedOptions,
  checkKnownTags,
  readTagged,
  type TaggedArguments,
  tellTaggedNotes,
} from "./tag-files.ts";
import {
  addSourceOptions,
  modelFolder,
  type SourceArguments,
  sourceOptionsOf,
  tellNotes,
} from "./text-files.ts";

/** Kept here, so that `--help` need not wait for the models. */
const FORMATS: readonly ToldFormat[] = ["conll", "jsonl", "csv"];

interface PredictArguments extends SourceArguments {
  readonly input?: "text" | "conll";
  readonly tokenColumn?: number;
  readonly format?: ToldFormat;
  readonly keep?: readonly string[];
  readonly out?: string;
}

interface EvaluateArguments extends TaggedArguments {
  readonly json?: boolean;
}

type Sentence = Pick<ToldSentence, "tokens" | "text" | "starts" | "place">;

const PREDICT_EXAMPLES = `
Examples:
  echo "Mary lives in Cork." | recurra tag predict tag-train
      a JSON line for each sentence: its tokens, tags, and entities with their
      places in the text and probabilities
  recurra tag predict tag-train reviews.csv --text comment --keep id --format csv > entities.csv
      a line for each entity, with the row of its text and its id
  recurra tag predict tag-train test.conll > told.conll
      tokens as they stand in a CoNLL file, each with the tag that is told

MODEL is the folder that \`recurra tag train\` wrote, or model/ in it. A text is
one sentence: a line of standard input or of .txt, or a row of a table. It is
cut into words by Unicode's rules, punctuation apart; a tagger does best on
tokens that are cut as in its training. A file called .conll, .conllu, .bio or
.iob is CoNLL, with tags or without (--input says otherwise).
Each sentence has the number of its row, or line; a text that is empty has no
tokens. --keep columns go into JSON lines and CSV.
An entity's probability is that of the tag of its least sure token.
`;

const EVALUATE_EXAMPLES = `
Example:
  recurra tag evaluate tag-train test.conll

An entity is right where its kind and all of its tokens are, as conlleval counts.
`;

export function predictTagsCommand(context: CliContext): Command {
  const command = new Command("predict")
    .description("Tag the words of sentences with a trained tagger.")
    .argument("<MODEL>", "the folder of a training")
    .argument("[FILE]", "texts, a sentence each, or CoNLL (default: lines of standard input)")
    .addOption(
      new Option("--input <KIND>", "what FILE holds (default: by its name)").choices(["text", "conll"]),
    )
    .addOption(
      new Option("--format <NAME>", "what is written (default: conll for CoNLL, else jsonl)").choices(
        FORMATS,
      ),
    )
    .addOption(
      new Option(
        "--token-column <N>",
        "of CoNLL: that of the tokens, from 1 (default: 1; 2 in CoNLL-U)",
      ).argParser(wholeNumber(1)),
    );
  const keep = new Option(
    "--keep <COLUMNS>",
    "columns of a table to write beside the tags, or all",
  ).argParser(columnNames);
  return addSourceOptions(command, [keep])
    .addOption(new Option("--out <FILE>", "write there (default: standard output)").argParser(nonEmpty))
    .addHelpText("after", PREDICT_EXAMPLES)
    .action((model: string, file: string | undefined, options: PredictArguments) =>
      runPredict(model, file ?? "-", options, context),
    );
}

export function evaluateTagsCommand(context: CliContext): Command {
  const command = new Command("evaluate")
    .description("Measure a trained tagger on tagged sentences.")
    .argument("<MODEL>", "the folder of a training")
    .argument("<FILE>", "sentences of tagged tokens: a CoNLL file; - for standard input");
  return addTaggedOptions(command)
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EVALUATE_EXAMPLES)
    .action((model: string, file: string, options: EvaluateArguments) =>
      runEvaluate(model, file, options, context),
    );
}

async function load(path: string): Promise<Tagger> {
  const { loadTagger } = await import("../../text/tag/load-tagger.ts");
  return loadTagger(await modelFolder(path, "recurra tag train"));
}

async function runPredict(
  path: string,
  file: string,
  options: PredictArguments,
  context: CliContext,
): Promise<void> {
  await checkOutFile(options.out, { input: file, model: path });
  const isConll =
    (options.input ?? (/\.(?:conll\w*|bio|iob2?)(?:\.gz)?$/i.test(file) ? "conll" : "text")) === "conll";
  if (!isConll && options.tokenColumn !== undefined)
    throw new RecurraError("option", "--token-column is for CoNLL files; say --input conll if FILE is one.");
  const format = options.format ?? (isConll ? "conll" : "jsonl");
  if (options.keep !== undefined && (isConll || format === "conll"))
    throw new RecurraError("option", "--keep is for tables of texts, told as JSON lines or CSV (--format).");
  const tagger = await load(path);
  const { tellTags, toldText } = await import("../../text/report/told-tags.ts");
  const sentences = isConll
    ? await readTokens(file, options, context)
    : await readSentences(file, options, context);
  const told = await work(context, 1, () => tellTags(tagger, sentences));
  const text = toldText(told, format);
  if (options.out === undefined) {
    context.print(text);
    return;
  }
  await writeOut(options.out, text, context);
}

/** Texts, cut into tokens. */
async function readSentences(
  file: string,
  options: PredictArguments,
  context: CliContext,
): Promise<readonly Sentence[]> {
  const [{ CSV_COLUMNS }, { readTexts }, { unicodeWordScan }] = await Promise.all([
    import("../../text/report/told-tags.ts"),
    import("../../data/texts/read-texts.ts"),
    import("../../text/tokenizers/unicode-words.ts"),
  ]);
  const read = await readTexts(file, {
    ...sourceOptionsOf(options),
    label: "none",
    keepEmpty: true,
    columns: options.keep?.join() === "all" ? "all" : options.keep,
  });
  tellNotes(read, context);
  // In JSON lines what is kept stands apart.
  const names = keptNames(Object.keys(read.columns), options.format === "csv" ? CSV_COLUMNS : []);
  tellRenamed(names, context);
  const kept = Object.entries(read.columns).map(([name, cells]) => [names.get(name) ?? name, cells] as const);
  const scan = unicodeWordScan({ lower: false, punctuation: true, normalization: "none" });
  return read.texts.map((text, n) => {
    const columns = Object.fromEntries(kept.map(([name, cells]) => [name, cells[n] ?? ""]));
    const tokens: string[] = [];
    const starts: number[] = [];
    // The scan counts from the beginning of a line.
    scan(text.replace(/[\r\n]/g, " "), (source, from, to) => {
      tokens.push(source.slice(from, to));
      starts.push(from);
    });
    const place = { ...read.placeOf(n), ...(kept.length > 0 && { columns }) };
    return { text, tokens, starts: Int32Array.from(starts), place };
  });
}

/** Tokens as they stand in a CoNLL file; what its tags are does not matter, nor whether there are any. */
async function readTokens(
  file: string,
  options: PredictArguments,
  context: CliContext,
): Promise<readonly Sentence[]> {
  const { tokenColumn } = options;
  try {
    const reading = {
      ...options,
      scheme: "none" as const,
      ...(tokenColumn !== undefined && { tokenColumn }),
    };
    const read = await readTagged(file, reading);
    tellTaggedNotes(read, context);
    // The line that each begins on.
    return read.sentences.map(({ tokens }, i) => ({ tokens, place: { row: read.rows[i] } }));
  } catch (error) {
    if (!(error instanceof RecurraError) || error.code !== "file-format" || file === "-") throw error;
    // A token a line, and nothing beside it.
    const { readTexts } = await import("../../data/texts/read-texts.ts");
    const read = await readTexts(file, { ...sourceOptionsOf(options), label: "none", paragraphs: true });
    tellNotes(read, context);
    return read.texts.map((text, n) => ({
      tokens: text.split(/\r?\n/).map((line) => line.trim()),
      place: read.placeOf(n),
    }));
  }
}

async function runEvaluate(
  path: string,
  file: string,
  options: EvaluateArguments,
  context: CliContext,
): Promise<void> {
  const tagger = await load(path);
  const { percent } = await import("../../report/numbers.ts");
  const read = await readTagged(file, options, { known: tagger.scheme });
  tellTaggedNotes(read, context);
  checkKnownTags(read, tagger.tags);
  const evaluation = await work(context, 1, () => tagger.evaluate(read.sentences));
  if (options.json === true) {
    context.print(`${JSON.stringify({ source: read.source, ...evaluation }, null, 2)}\n`);
    return;
  }
  const { entities, accuracy, unknownAccuracy, sentences, tokens } = evaluation;
  const lines = [
    `${sentences.toLocaleString("en-US")} sentences, ${tokens.toLocaleString("en-US")} tokens of ${read.source}`,
    `Tokens with the right tag: ${percent(accuracy)}; of words not in the training: ${percent(unknownAccuracy)}`,
  ];
  if (entities !== undefined) {
    const { formatEntityReport } = await import("../../text/metrics/entity-f1.ts");
    lines.push("", formatEntityReport(entities).trimEnd());
  }
  context.print(`${lines.join("\n")}\n`);
}
