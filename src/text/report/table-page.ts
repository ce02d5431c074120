// The report of a model of a table: one HTML page with the test, the curves, what went in, and the rows that went most wrong.

import { confusionSpec } from "../../plot/confusion-chart.ts";
import { historySpec } from "../../plot/history-chart.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, htmlTerms, paragraph } from "../../report/page.ts";
import { settingTerms } from "../../report/settings.ts";
import { classScores } from "./class-scores.ts";
import { displayNetwork } from "./network-names.ts";
import { classVerdict } from "./table-classes.ts";
import { errorCharts, numberScoresTable, numberVerdict } from "./table-errors.ts";
import type { TablePrediction } from "./train-table.ts";

/** Rows of the confusion matrix, and rows that went wrong, at most. */
const MATRIX = 30;
const WRONG = 15;
/** Characters of a text, and of the cells beside it, that are shown. */
const EXCERPT = 160;
const CELLS = 200;

const whole = (count: number) => count.toLocaleString("en-US");

/** The page, which needs nothing beside it. */
export async function tablePage(result: TablePrediction): Promise<string> {
  const { target, source, evaluation } = result;
  const title = `“${target}” of ${source}`;
  const isNumbers = evaluation.kind === "numbers";
  return htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(leadOf(result), "lead"),
    isNumbers ? numberVerdict(result) : classVerdict(result),
    isNumbers ? numberScoresTable(result) : "",
    await curves(result),
    isNumbers ? await errorCharts(result) : await confusion(result),
    isNumbers ? "" : classScores(evaluation.evaluation.report.classes, evaluation.evaluation, "rows"),
    wrongRows(result),
    columnTable(result),
    facts(result),
  ]);
}

function leadOf({ model, training, test, testSource, group, target }: TablePrediction): string {
  const { hasTexts, numbers, categories } = model.plan;
  const sides = [
    ...(hasTexts ? [`a text, read by ${displayNetwork(model.settings.name)}`] : []),
    ...(numbers.length > 0 ? [`${numbers.length} ${numbers.length === 1 ? "number" : "numbers"}`] : []),
    ...(categories.length > 0
      ? [`${categories.length} ${categories.length === 1 ? "category" : "categories"}`]
      : []),
  ];
  const from =
    sides.length > 1 ? `${sides.slice(0, -1).join(", ")} and ${sides.at(-1)}` : (sides[0] ?? "nothing");
  const tested =
    testSource === undefined
      ? `${whole(test.target.length)} held out at random${group === undefined ? "" : `, all of one “${group}” together`}`
      : `${whole(test.target.length)} of ${testSource}`;
  const what = model.target.kind === "numbers" ? "A number" : `One of ${model.target.classes.length} classes`;
  return `${what}, “${target}”, told from ${from}. Trained on ${whole(training.target.length)} rows, tested on ${tested}.`;
}

async function curves({ epochs, model }: TablePrediction): Promise<string> {
  if (epochs.length < 2) return "";
  const logs: Record<string, number[]> = { loss: epochs.map(({ loss }) => loss) };
  if (epochs[0]?.validationLoss !== undefined)
    logs.val_loss = epochs.map(({ validationLoss = Number.NaN }) => validationLoss);
  const best = (model.training?.bestEpoch ?? 1) - 1;
  const held = model.training?.heldOut ?? 0;
  const what =
    model.target.kind === "numbers"
      ? ` The loss is that of the ${model.settings.log ? "logarithm of the " : ""}target, scaled to a variance of 1.`
      : "";
  const note =
    held === 0
      ? what.trim()
      : `The weights are those after epoch ${best + 1} of ${epochs.length}, chosen by the loss of ${whole(held)} training rows held out for this.${what}`;
  return `${await figure(historySpec({ history: { epochs: epochs.map((_, i) => i), logs }, best }))}
${paragraph(note, "small")}`;
}

async function confusion({ evaluation, model }: TablePrediction): Promise<string> {
  if (evaluation.kind !== "classes" || model.target.kind !== "classes") return "";
  const { classes } = model.target;
  if (classes.length > MATRIX) return "";
  return figure(confusionSpec({ confusion: evaluation.evaluation.confusion, classes }));
}

/** How far off each row is, or how sure of a wrong class; 0 for what is right. */
function wrongnessOf({ told, test, model }: TablePrediction): (row: number) => number {
  if (told.kind === "numbers") return (row) => Math.abs(Number(test.target[row]) - (told.values[row] ?? 0));
  const classes = model.target.kind === "classes" ? model.target.classes : [];
  return (row) => {
    const label = told.labels[row] ?? "";
    if (label === test.target[row]) return 0;
    return told.probabilities[row * classes.length + classes.indexOf(label)] ?? 0;
  };
}

function wrongRows(result: TablePrediction): string {
  const { told, test } = result;
  const wrongness = wrongnessOf(result);
  const rows = [...test.names.keys()]
    .map((row) => ({ row, size: wrongness(row) }))
    .filter(({ size }) => size > 0)
    .sort((a, b) => b.size - a.size)
    .slice(0, WRONG);
  if (rows.length === 0) return paragraph("Every test row got its value.");
  const isNumbers = told.kind === "numbers";
  const cells = rows.map(({ row, size }) => ({
    cells: [
      escapeHtml(test.names[row] ?? ""),
      isNumbers
        ? displayNumber(Number(test.target[row]))
        : `<bdi>${escapeHtml(String(test.target[row]))}</bdi>`,
      isNumbers ? displayNumber(told.values[row] ?? 0) : `<bdi>${escapeHtml(told.labels[row] ?? "")}</bdi>`,
      isNumbers ? displayNumber(size) : percent(size),
      `<div dir="auto">${escapeHtml(excerpt(test.texts?.[row] ?? "", EXCERPT))}</div>${cellsOf(test, row)}`,
    ],
  }));
  const heads = isNumbers
    ? ["row", "it is", "told", "off by", "what it was told from"]
    : ["row", "it is", "told", "with", "what it was told from"];
  return `<h2>The rows that went most wrong</h2>\n${htmlTable(heads, cells, "texts")}`;
}

function cellsOf({ numbers = {}, categories = {} }: TablePrediction["test"], row: number): string {
  const cells = [
    ...Object.entries(categories).map(([name, column]) => [name, column[row] ?? ""] as const),
    ...Object.entries(numbers).map(([name, column]) => {
      const value = column[row] ?? Number.NaN;
      return [name, Number.isNaN(value) ? "" : String(Number(value.toPrecision(6)))] as const;
    }),
  ].filter(([, value]) => value !== "");
  if (cells.length === 0) return "";
  const text = excerpt(cells.map(([name, value]) => `${name}: ${value}`).join(" · "), CELLS);
  return `<div class="small" dir="auto">${escapeHtml(text)}</div>`;
}

function excerpt(text: string, most: number): string {
  const plain = text.replace(/\s+/g, " ").trim();
  return plain.length <= most ? plain : `${plain.slice(0, most).replace(/\S*$/, "")}…`;
}

/** What went in, and how much the model goes by it. */
function columnTable({
  columns,
  weights,
  evaluation,
  texts,
  training,
  test,
  testSource,
  model,
}: TablePrediction): string {
  const isNumbers = evaluation.kind === "numbers";
  const isJoined = texts.length > 1;
  const weightOf = (name: string) => {
    const own = weights.find((weight) => weight.name === name)?.loss;
    if (own === undefined) return "–";
    return isNumbers ? signed(own, displayNumber) : signed(100 * own, (value) => value.toFixed(1));
  };
  const total = training.target.length + (testSource === undefined ? test.target.length : 0);
  const used = columns.filter(({ kind }) => kind !== "left out");
  const rows = used.map(({ name, kind, missing, distinct }) => ({
    cells: [
      escapeHtml(name),
      kind,
      whole(distinct),
      missing === 0 ? "–" : `${whole(missing)} (${percent(missing / total)})`,
      isJoined && kind === "text" ? "" : weightOf(name),
    ],
  }));
  const joint = texts.join(" + ");
  const all = isJoined ? [{ cells: [escapeHtml(joint), "text", "", "", weightOf(joint)] }, ...rows] : rows;
  const unit = isNumbers ? "the mean error grows by so much" : "so many more of 100 rows get a wrong class";
  const notes = [
    `Shuffled: ${unit} when the cells of this column alone are dealt anew among the test rows. Columns that say the same stand in for one another, and each then seems to count for little.`,
    ...(model.columns.numbers.length > 0
      ? ["A number that is missing is taken for the mean, with a flag beside it."]
      : []),
    ...(model.columns.categories.length > 0
      ? ["Categories that are missing, or not in the training, share one vector."]
      : []),
  ];
  const left = columns.filter(({ kind }) => kind === "left out");
  const out =
    left.length === 0
      ? ""
      : paragraph(
          `Left out: ${left.map(({ name, why }) => `${name} (${why ?? "not asked for"})`).join("; ")}.`,
        );
  return `<h2>What went in</h2>
${htmlTable(["column", "taken for", "different values", "missing", "shuffled"], all)}
${out}
${paragraph(notes.join(" "), "small")}`;
}

function signed(value: number, shown: (value: number) => string): string {
  return `${value < 0 ? "−" : "+"}${shown(Math.abs(value))}`;
}

/** What the model was and on which data. */
function facts({ model, timing, training }: TablePrediction): string {
  const { kind: _, name, network, tokenizer, length: _length, ...settings } = model.settings;
  const { reader } = model;
  const rows: readonly (readonly [string, string])[] = [
    ...(reader === undefined
      ? []
      : ([
          ["Network of the text", displayNetwork(name)],
          ["Tokens of a text that are read", String(reader.length)],
          ["Different tokens", whole(reader.tokenizer.vocabulary.size)],
        ] as const)),
    ["Parameters", whole(model.network.countParams())],
    ...settingTerms({ ...(reader && { tokenizer, ...network }), ...settings }),
    ["Training rows", whole(training.target.length)],
    ["Time taken", `${Math.ceil(timing.training)} s to train, ${displayNumber(timing.test)} s to test`],
  ];
  return `<h2>The model</h2>\n${htmlTerms(rows)}`;
}
