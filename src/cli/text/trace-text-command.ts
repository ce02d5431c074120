// `recurra classify trace` and `recurra generate trace`: what a trained network does with a text, token by token.

import { basename, dirname, resolve } from "node:path";
import { Command, Option } from "commander";
import { joinPath } from "#platform";
import type { TextClassifier } from "../../text/classify/text-classifier.ts";
import type { TextTrace } from "../../text/inside/text-trace.ts";
import type { LanguageModel } from "../../text/language/language-model.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, wholeNumber } from "../options.ts";
import { checkOut } from "../out.ts";
import { work } from "../work.ts";
import { checkReadable } from "./readable-text.ts";
import { modelFolder } from "./text-files.ts";

interface TraceArguments {
  readonly layer?: string;
  readonly tokens?: number;
  readonly out?: string;
  readonly json?: boolean;
}

const LEAVES = `The folder gets trace.html (open it in a browser), trace.json with all numbers,
and charts/ (SVG and PNG). It appears whole, or not at all.
`;

const CLASSIFY_EXAMPLES = `
Examples:
  recurra classify trace classify-reviews "The plot is thin, the actors superb."
  recurra classify trace classify-reviews "Never again!" --layer lstm --out never/

How the verdict builds up from token to token; of recurrent layers (rnn, lstm,
gru, bilstm, conv-rnn) the states and gates after each token; of a transformer
where each token looks.

${LEAVES}`;

const GENERATE_EXAMPLES = `
Examples:
  recurra generate trace generate-nietzsche "the human soul is a riddle."
  recurra generate trace generate-nietzsche - --tokens 1000 < page.txt

How much each token surprises the model, and what it expects next; of recurrent
layers (rnn, lstm, gru) the states and gates after each token; of gpt where each
token looks.

${LEAVES}`;

export function traceClassifierCommand(context: CliContext): Command {
  return command(CLASSIFY_EXAMPLES)
    .description("Show what a network does with a text: states, gates, attention.")
    .action((model: string, text: string, options: TraceArguments) =>
      runTrace(
        async () => {
          const { loadTextClassifier } = await import("../../text/classify/text-classifier.ts");
          return loadTextClassifier(await modelFolder(model, "recurra classify train"));
        },
        { path: model, text, options },
        context,
      ),
    );
}

export function traceLanguageModelCommand(context: CliContext): Command {
  return command(GENERATE_EXAMPLES)
    .description("Show what a network does with a text: states, gates, attention.")
    .addOption(new Option("--tokens <N>", "tokens to read at most (default: 400)").argParser(wholeNumber(1)))
    .action((model: string, text: string, options: TraceArguments) =>
      runTrace(
        async () => {
          const { loadLanguageModel } = await import("../../text/language/load-language-model.ts");
          const marks = ["n-gram.json", "config.json"];
          return loadLanguageModel(await modelFolder(model, "recurra generate train", marks));
        },
        { path: model, text, options },
        context,
      ),
    );
}

function command(examples: string): Command {
  return new Command("trace")
    .argument("<MODEL>", "the folder of a training")
    .argument("<TEXT>", "a text; - for standard input")
    .addOption(new Option("--layer <NAME>", "this layer alone (default: all)").argParser(nonEmpty))
    .addOption(new Option("--out <FOLDER>", "where to write (default: trace-NAME)").argParser(nonEmpty))
    .option("--json", "print trace.json, and nothing else; write a folder only with --out")
    .addHelpText("after", examples);
}

interface Given {
  /** Of the model. */
  readonly path: string;
  readonly text: string;
  readonly options: TraceArguments;
}

async function runTrace(
  load: () => Promise<TextClassifier | LanguageModel>,
  { path, text: given, options }: Given,
  context: CliContext,
): Promise<void> {
  const { layer, tokens, json = false } = options;
  const out = options.out ?? (json ? undefined : `trace-${trainingName(path)}`);
  const model = await load();
  const [{ traceText }, files] = await Promise.all([
    import("../../text/inside/trace-text.ts"),
    import("../../text/report/trace-files.ts"),
  ]);
  if (out !== undefined) await checkOut(out, files.isTraceFile);
  const text = given === "-" ? await standardInput() : given;
  if ("reader" in model) checkReadable(model, text, "the text", context);
  const trace = await work(context, 1, async ({ signal }) => {
    const found = await traceText(model, text, {
      layers: layer === undefined ? undefined : [layer],
      maxTokens: tokens,
    });
    signal.throwIfAborted();
    const name = "config" in model ? model.config.name : "counts";
    if (out !== undefined) await files.writeTrace(found, out, { model: name, signal });
    return found;
  });
  if (json) {
    if (out !== undefined) context.tell(`Written: ${out}\n`);
    context.print(`${JSON.stringify(trace)}\n`);
    return;
  }
  context.print(`${(await summaryOf(trace, out ?? "")).join("\n")}\n`);
}

async function standardInput(): Promise<string> {
  const { readTexts } = await import("../../data/texts/read-texts.ts");
  const { texts } = await readTexts("-", { label: "none", whole: true });
  return texts.join("\n").trim();
}

/** `classify-reviews` for that folder and for model/ in it. */
function trainingName(path: string): string {
  const whole = resolve(path);
  return basename(basename(whole) === "model" ? dirname(whole) : whole) || "model";
}

/** Units that are named in the terminal. */
const NAMED = 5;

async function summaryOf(trace: TextTrace, out: string): Promise<readonly string[]> {
  const [
    { headOf, readingLine, surpriseLine, verdictLine },
    { liveliestUnits, shareGates },
    { gateSaturation },
    { percent },
  ] = await Promise.all([
    import("../../text/report/trace-page.ts"),
    import("../../text/inside/trace-charts.ts"),
    import("../../plot/gate-chart.ts"),
    import("../../report/numbers.ts"),
  ]);
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const layers = trace.layers.flatMap((layer) => {
    if (layer.kind === "attention") return [headOf(layer)];
    const gates = Object.entries(shareGates(layer)).map(([name, values]) => {
      const { open, closed } = gateSaturation(values);
      return `    ${name} gate: open (above 0.9) ${percent(mean(open))} of the time, closed (below 0.1) ${percent(mean(closed))}`;
    });
    return [
      headOf(layer),
      `    units that change most: ${liveliestUnits(layer).slice(0, NAMED).join(", ")}`,
      ...gates,
    ];
  });
  return [
    readingLine(trace),
    ...(trace.verdict === undefined ? [] : [verdictLine(trace.verdict).replace(/[\u2068\u2069]/g, "")]),
    ...(trace.reading === undefined ? [] : [surpriseLine(trace.reading.logProbabilities)]),
    "",
    ...layers,
    "",
    `Page: ${joinPath(out, "trace.html")}`,
    "Also there: trace.json, charts/",
  ];
}
