// `recurra classify predict` and `explain`: what a trained classifier says of texts, and why.

import { Command, Option } from "commander";
import { writeFileAtomic } from "#platform";
import type { TextData } from "../data/texts/text-options.ts";
import type { TextExplanation } from "../explain/text-explanation.ts";
import { RecurraError } from "../platform/error.ts";
import { suggestion } from "../platform/nearest.ts";
import type { TextClassifier } from "../text/classify/text-classifier.ts";
import type { CliContext } from "./context.ts";
import { addReadingOptions, type ReadingArguments, readLabelled } from "./labelled-texts.ts";
import { nonEmpty, wholeNumber } from "./options.ts";
import { modelFolder, tellNotes } from "./text-files.ts";
import { work } from "./work.ts";

interface PredictArguments extends ReadingArguments {
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
  echo "What a waste of time." | recurra classify predict classify-reviews

MODEL is the folder that \`recurra classify train\` wrote, or model/ in it.
Without FILE, each line of standard input is a text. Columns are called as in
training, where nothing else is said; with labels it tells how many were right.
`;

const EXPLAIN_EXAMPLES = `
Examples:
  recurra classify explain classify-reviews "The plot is thin, the actors are superb."
  recurra classify explain classify-reviews "Never again!" --out why.html

How much each word adds to the probability of the class that is told (KernelSHAP:
Shapley values of hiding words): [+word] raises it, [−word] lowers it. All that
words add, and the base value, sum to the prediction. --out writes a page with
the coloured text.
`;

export function predictTextsCommand(context: CliContext): Command {
  const command = new Command("predict")
    .description("Classify texts with a trained model.")
    .argument("<MODEL>", "the folder of a training")
    .argument("[FILE]", "texts as in training, with or without labels (default: lines of standard input)");
  return addReadingOptions(command)
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
  const { loadTextClassifier } = await import("../text/classify/text-classifier.ts");
  return loadTextClassifier(await modelFolder(path, "recurra classify train"));
}

async function runPredict(
  path: string,
  file: string | undefined,
  options: PredictArguments,
  context: CliContext,
): Promise<void> {
  const model = await load(path);
  const data = await readForPrediction(file ?? "-", options, model);
  tellNotes(data, context);
  const predictions = await model.predict(data.texts);
  const text = await (options.json === true ? predictionsJson : predictionsCsv)(data, model, predictions);
  if (options.out === undefined) context.print(text);
  else {
    const bytes = new TextEncoder().encode(text);
    await writeFileAtomic(options.out, (sink) => sink.write(bytes));
    context.tell(`Written: ${options.out}\n`);
  }
  if (data.labels === undefined) return;
  const { percent } = await import("../report/numbers.ts");
  const sorted = (labels: readonly string[]) => labels.toSorted().join("\n");
  const right = predictions.filter(
    ({ labels }, n) => sorted(labels) === sorted([data.labels?.[n] ?? []].flat()),
  ).length;
  const what = model.isMulti ? "all of their labels, and no other" : "their class";
  context.tell(`${right} of ${predictions.length} got ${what}: ${percent(right / predictions.length)}.\n`);
}

/** Labels are read where all texts have one: what is to be classified may well lack them. */
async function readForPrediction(
  path: string,
  options: PredictArguments,
  { columns }: TextClassifier,
): Promise<TextData> {
  const plain = () =>
    readLabelled(path, { ...options, label: options.label ?? "none" }, { prefer: { text: columns?.text } });
  // Standard input can be read but once.
  if (path === "-" || options.label !== undefined) return plain();
  try {
    return await readLabelled(path, options, { prefer: columns });
  } catch (error) {
    if (error instanceof RecurraError && error.code === "label-missing") return plain();
    throw error;
  }
}

type Predictions = Awaited<ReturnType<TextClassifier["predict"]>>;

function predictionsJson(
  { labels: known, rows }: TextData,
  { classes, isMulti }: TextClassifier,
  predictions: Predictions,
): string {
  const found = predictions.map(({ label, labels, probabilities }, n) => ({
    row: rows[n],
    ...(known !== undefined && { label: known[n] }),
    prediction: isMulti ? labels : label,
    probabilities: Object.fromEntries(classes.map((name, k) => [name, probabilities[k]])),
  }));
  return `${JSON.stringify(found, null, 2)}\n`;
}

async function predictionsCsv(
  { labels, texts }: TextData,
  { classes, isMulti }: TextClassifier,
  predictions: Predictions,
): Promise<string> {
  const { predictionHead, predictionLine } = await import("../text/report/classification-files.ts");
  const lines = predictions.map(({ probabilities }, n) => {
    const before = labels === undefined ? [] : [[labels[n] ?? []].flat().join("|")];
    return predictionLine(probabilities, classes, isMulti, before, texts[n] ?? "");
  });
  return `${[predictionHead(classes, labels === undefined ? [] : ["label"]), ...lines].join("\n")}\n`;
}

async function runExplain(
  path: string,
  given: string,
  options: ExplainArguments,
  context: CliContext,
): Promise<void> {
  const model = await load(path);
  const { classes } = model;
  if (options.class !== undefined && !classes.includes(options.class))
    throw new RecurraError(
      "unknown-label",
      `There is no class "${options.class}" (--class). ${suggestion(options.class, classes)}The classes are ${classes.join(", ")}.`,
    );
  const text = given === "-" ? await standardInput() : given;
  const { explainText, hasWords } = await import("../text/classify/explain-text.ts");
  if (!hasWords(text))
    throw new RecurraError(
      "empty-text",
      text.trim() === ""
        ? "The text is empty. Give one with words."
        : `The text "${text}" has no words to explain. Give one with words.`,
    );
  const [prediction] = await model.predict([text]);
  const output = options.class ?? prediction?.label ?? "";
  const explanation = await work(context, 1, ({ signal }) =>
    explainText(model, text, { samples: options.samples, signal }),
  );
  if (options.out !== undefined) {
    const { writeExplanation } = await import("../text/report/explanation-files.ts");
    await writeExplanation(explanation, output, options.out);
    context.tell(`Written: ${options.out}\n`);
  }
  const { features, baseValue, prediction: probability } = explanation.row(output);
  const labels = model.isMulti ? prediction?.labels : undefined;
  if (options.json === true) {
    const found = { text, ...(labels && { labels }), class: output, probability, baseValue, words: features };
    context.print(`${JSON.stringify(found, null, 2)}\n`);
    return;
  }
  const told =
    labels === undefined ? [] : [`Labels: ${labels.join(", ") || "none"} (explain another by --class)`, ""];
  context.print(`${[...told, ...explanationLines(explanation, output)].join("\n")}\n`);
}

async function standardInput(): Promise<string> {
  const { readTexts } = await import("../data/texts/read-texts.ts");
  const { texts } = await readTexts("-", { label: "none", whole: true });
  return texts.join("\n").trim();
}

/** Words that are listed, and characters of a text that is shown with them. */
const LISTED = 20;
const SHOWN = 2000;
/** Words of at least this share of the strongest are marked in the text. */
const MARKED = 0.2;

function explanationLines(explanation: TextExplanation, output: string): readonly string[] {
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
    ...strongest.map(({ name, value }) => `${name.padEnd(widest)}  ${signed(value)}`),
    ...(rest > 0 ? [`… and ${rest} more words`] : []),
  ];
}
