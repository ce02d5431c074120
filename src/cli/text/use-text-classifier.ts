// `recurra classify predict` and `explain`: what a trained classifier says of texts, and why.

import { Command, Option } from "commander";
import { fewOf } from "../../data/row-names.ts";
import type { ReadTextsOptions, TextData } from "../../data/texts/text-options.ts";
import type { TextExplanation } from "../../explain/text-explanation.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import type { TextClassifier } from "../../text/classify/text-classifier.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, wholeNumber } from "../options.ts";
import { checkOutFile, makeFolderOf, writeOut } from "../out.ts";
import { work } from "../work.ts";
import { tellRenamed } from "./kept-columns.ts";
import { addReadingOptions, type ReadingArguments, readLabelled } from "./labelled-texts.ts";
import { columnOf, modelFolder, tellNotes } from "./text-files.ts";

interface PredictArguments extends ReadingArguments {
  readonly keep?: string;
  readonly out?: string;
  readonly json?: boolean;
}

interface ExplainArguments {
  readonly class?: string;
  readonly samples?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const PREDICT_EXAMPLES = `
Examples:
  recurra classify predict classify-reviews new.csv > classes.csv
  recurra classify predict classify-reviews new.csv --keep id,date
  echo "What a waste of time." | recurra classify predict classify-reviews

MODEL is the folder that \`recurra classify train\` wrote, or model/ in it.
Without FILE, each line of standard input is a text. Columns are called as in
training, where nothing else is said; with labels it tells how many were right.
Each line begins with the row of its text, and with its file where there are several.
An empty text has no prediction.
`;

const EXPLAIN_EXAMPLES = `
Examples:
  recurra classify explain classify-reviews "The plot is thin, the actors are superb."
  recurra classify explain classify-reviews "Never again!" --out why.html

How much each word adds to the probability of the class that is told (KernelSHAP:
Shapley values of hiding words): [+word] raises it, [−word] lowers it. All that
words add, and the base value, sum to the prediction. Of a long text, the words
that the model reads are explained; of more than 400, neighbours together. Marks
count as words where the model reads them (classify train --punctuation). --out
writes a page with the coloured text.
`;

export function predictTextsCommand(context: CliContext): Command {
  const command = new Command("predict")
    .description("Classify texts with a trained model.")
    .argument("<MODEL>", "the folder of a training")
    .argument("[FILE]", "texts as in training, with or without labels (default: lines of standard input)");
  return addReadingOptions(command)
    .addOption(
      new Option(
        "--keep <COLUMNS>",
        'columns to copy through: names, with "," between them, or all',
      ).argParser(nonEmpty),
    )
    .addOption(new Option("--out <FILE>", "write CSV there (default: standard output)").argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", PREDICT_EXAMPLES)
    .action((model: string, file: string | undefined, options: PredictArguments) =>
      runPredict(model, file, options, context),
    );
}

export function explainTextCommand(context: CliContext): Command {
  return new Command("explain")
    .description("Say which words of a text make the model tell its class.")
    .argument("<MODEL>", "the folder of a training")
    .argument("<TEXT>", "a text; - for standard input")
    .addOption(
      new Option("--class <NAME>", "explain this class (default: the one that is told)").argParser(nonEmpty),
    )
    .addOption(
      new Option("--samples <N>", "sets of words to try (default: 2 × words + 2048)").argParser(
        wholeNumber(1),
      ),
    )
    .addOption(
      new Option("--out <FILE>", "write a page (.html) or a picture (.svg, .png) there").argParser(nonEmpty),
    )
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EXPLAIN_EXAMPLES)
    .action((model: string, text: string, options: ExplainArguments) =>
      runExplain(model, text, options, context),
    );
}

async function load(path: string): Promise<TextClassifier> {
  const { loadTextClassifier } = await import("../../text/classify/text-classifier.ts");
  return loadTextClassifier(await modelFolder(path, "recurra classify train"));
}

async function runPredict(
  path: string,
  file: string | undefined,
  options: PredictArguments,
  context: CliContext,
): Promise<void> {
  const input = file ?? "-";
  await checkOutFile(options.out, { input, model: path });
  const model = await load(path);
  const data = await readForPrediction(input, options, model);
  tellNotes(data, context);
  const predictions = await model.predict(data.texts);
  const { isEmpty, keptColumns, notesOn, predictionsCsv, predictionsJson } = await import(
    "./text-predictions.ts"
  );
  const told = { data, model, predictions };
  for (const note of notesOn(told)) context.tell(`${note}\n`);
  if (options.json !== true) tellRenamed(keptColumns(told), context);
  const text = await (options.json === true ? predictionsJson : predictionsCsv)(told);
  if (options.out === undefined) context.print(text);
  else await writeOut(options.out, text, context);
  const { labels: given, texts } = data;
  if (given === undefined) return;
  const isScored = (_: unknown, n: number) => !isEmpty(texts[n]) && given[n] !== "";
  const asked = predictions.filter(isScored);
  const known = given.filter(isScored);
  const bare = given.filter((label) => label === "").length;
  if (bare > 0) {
    const [have, are] = bare === 1 ? ["text has", "is"] : ["texts have", "are"];
    context.tell(`${bare.toLocaleString("en-US")} ${have} no label, and ${are} not counted.\n`);
  }
  if (known.length === 0) return;
  const { percent } = await import("../../report/numbers.ts");
  const sorted = (labels: readonly string[]) => labels.toSorted().join("\n");
  const right = asked.filter(({ labels }, n) => sorted(labels) === sorted([known[n] ?? []].flat())).length;
  const what = model.isMulti ? "all of their labels, and no other" : "their class";
  context.tell(`${right} of ${asked.length} got ${what}: ${percent(right / asked.length)}.\n`);
}

/** Labels are read where texts have any: what is to be classified may well lack them. */
async function readForPrediction(
  path: string,
  options: PredictArguments,
  { columns: known }: TextClassifier,
): Promise<TextData> {
  const columns: ReadTextsOptions["columns"] =
    options.keep === "all" ? "all" : options.keep?.split(",").map(keptColumn);
  return readLabelled(path, options, { columns, keepEmpty: true, keepUnlabelled: true, prefer: known });
}

function keptColumn(text: string): string | number {
  const column = columnOf(text.trim());
  if (column !== undefined && column !== "") return column;
  throw new RecurraError("option", "--keep wants names of columns: --keep id,date, or --keep all.");
}

async function runExplain(
  path: string,
  given: string,
  options: ExplainArguments,
  context: CliContext,
): Promise<void> {
  await checkOutFile(options.out, { model: path });
  const model = await load(path);
  const { classes } = model;
  if (options.class !== undefined && !classes.includes(options.class))
    throw new RecurraError(
      "unknown-label",
      `There is no class "${options.class}" (--class). ${suggestion(options.class, classes)}The classes are ${fewOf(classes, 8)}.`,
    );
  const text = given === "-" ? await standardInput() : given;
  const { explainText, hasWords, knowsWord, partRead } = await import("../../text/classify/explain-text.ts");
  if (!hasWords(model, text))
    throw new RecurraError(
      "empty-text",
      text.trim() === ""
        ? "The text is empty. Give one with words."
        : `The text "${text}" has no words to explain. Give one with words.`,
    );
  const [prediction] = await model.predict([text]);
  const output = options.class ?? prediction?.label ?? "";
  if (prediction?.knownTokens === 0)
    context.tell("The model knows no word of the text: what it tells is a guess.\n");
  const read = partRead(model, text);
  const explanation = await work(context, 1, ({ signal, view }) =>
    explainText(model, text, {
      samples: options.samples,
      signal,
      onProgress: (done, of) => view.show({ share: done / of, label: "trying texts with words left out" }),
    }),
  );
  const note = notRead(model, text, read);
  if (note !== undefined) context.tell(`${note}\n`);
  if (options.out !== undefined) {
    const { writeExplanation } = await import("../../text/report/explanation-files.ts");
    await makeFolderOf(options.out);
    const strange = explanation.names.filter((name) => !knowsWord(model, name));
    const unknown = `Unknown to the model: ${fewOf(strange, 20)}.`;
    const notes = [note, strange.length === 0 ? undefined : unknown].filter((one) => one !== undefined);
    await writeExplanation(
      explanation,
      output,
      options.out,
      notes.length === 0 ? undefined : notes.join(" "),
    );
    context.tell(`Written: ${options.out}\n`);
  }
  const { features, baseValue, prediction: probability } = explanation.row(output);
  const labels = model.isMulti ? prediction?.labels : undefined;
  if (options.json === true) {
    const found = {
      text,
      read,
      ...(labels && { labels }),
      class: output,
      probability,
      baseValue,
      knownTokens: prediction?.knownTokens,
      words: features.map((word) => ({ ...word, isKnown: knowsWord(model, word.name) })),
    };
    context.print(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const told =
    labels === undefined ? [] : [`Labels: ${labels.join(", ") || "none"} (explain another by --class)`, ""];
  context.print(
    `${[...told, ...explanationLines(explanation, output, (word) => knowsWord(model, word))].join("\n")}\n`,
  );
}

/** Of a text that is longer than what a model reads: which part is not read. */
function notRead(
  { length }: TextClassifier,
  text: string,
  { start, end }: { readonly start: number; readonly end: number },
): string | undefined {
  const left = text.length - (end - start);
  if (left === 0) return undefined;
  const [which, where] = start > 0 ? ["last", "before them"] : ["first", "after them"];
  const share = Math.round((100 * left) / text.length);
  return `The model reads the ${which} ${length} tokens of a text: what stands ${where} (${share} % of this one) is not read, and not explained.`;
}

async function standardInput(): Promise<string> {
  const { readTexts } = await import("../../data/texts/read-texts.ts");
  const { texts } = await readTexts("-", { label: "none", whole: true });
  return texts.join("\n").trim();
}

/** Words that are listed, and characters of a text that is shown with them. */
const LISTED = 20;
const SHOWN = 2000;
/** Words of at least this share of the strongest are marked in the text. */
const MARKED = 0.2;

function explanationLines(
  explanation: TextExplanation,
  output: string,
  isKnown: (word: string) => boolean,
): readonly string[] {
  const { features, baseValue, prediction } = explanation.row(output);
  const sorted = features.toSorted((a, b) => Math.abs(b.value) - Math.abs(a.value));
  const strongest = sorted.slice(0, LISTED);
  const least = MARKED * Math.abs(sorted[0]?.value ?? 0);
  const marked = explanation
    .segments(output)
    .map(({ text, value = 0 }) => {
      if (value === 0 || Math.abs(value) < least) return text;
      return value > 0 ? `[+${text}]` : `[−${text}]`;
    })
    .join("");
  const widest = Math.max(...strongest.map(({ name }) => name.length));
  const signed = (value: number) => `${value < 0 ? "−" : "+"}${Math.abs(value).toFixed(4)}`;
  const rest = features.length - strongest.length;
  return [
    `${output}: ${prediction.toFixed(4)} (without any of the words ${baseValue.toFixed(4)})`,
    "",
    ...(marked.length > SHOWN ? [] : [marked.trim(), ""]),
    ...strongest.map(
      ({ name, value }) =>
        `${name.padEnd(widest)}  ${signed(value)}${isKnown(name) ? "" : "  (unknown to the model)"}`,
    ),
    ...(rest > 0 ? [`… and ${rest} more words`] : []),
  ];
}
