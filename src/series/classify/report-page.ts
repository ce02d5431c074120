// The report of a classification: one HTML page with the test, the confusion matrix, what went wrong, and what the model was.

import { fewOf } from "../../data/row-names.ts";
import type { Evaluation } from "../../nn/metrics/evaluation.ts";
import { wilsonInterval } from "../../nn/metrics/wilson.ts";
import { confusionSpec } from "../../plot/confusion-chart.ts";
import { historySpec } from "../../plot/history-chart.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, htmlTerms, paragraph } from "../../report/page.ts";
import { settingName, settingText } from "../../report/settings.ts";
import { longestOf } from "./method.ts";
import { classifierName } from "./names.ts";
import { type ClassificationParts, classWeightText, missedClasses } from "./parts.ts";
import { classesSpec, wrongSpec } from "./report-charts.ts";

type Ranked = readonly (readonly [name: string, evaluation: Evaluation])[];

/** The page, which needs nothing beside it. @param ranked the model and the baselines, the best first */
export async function reportPage(parts: ClassificationParts, ranked: Ranked): Promise<string> {
  const { classifier, evaluation, training } = parts;
  const title = `Classification of ${training.source}`;
  const wrong = wrongSpec(parts);
  const record = classifier.training;
  const quantities = Object.keys(record?.logs ?? {}).filter((name) => ["loss", "accuracy"].includes(name));
  return htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(leadOf(parts), "lead"),
    verdict(parts),
    missedNote(parts),
    metricsTable(parts, ranked),
    await figure(confusionSpec({ confusion: evaluation.confusion, classes: classifier.classes })),
    classTable(parts),
    wrong === undefined ? paragraph("Every test series got its class.") : await figure(wrong),
    await figure(classesSpec(parts)),
    record === undefined
      ? ""
      : await figure(
          historySpec({
            history: { epochs: [...record.epochs], logs: mutable(record.logs) },
            quantities,
            best: record.best,
          }),
        ),
    record === undefined ? "" : paragraph(trainingNote(record), "small"),
    facts(parts),
  ]);
}

function leadOf({ classifier, training, test, split }: ClassificationParts): string {
  const tested =
    split === "random"
      ? `${test.x.length.toLocaleString("en-US")} series held out at random`
      : `${test.x.length.toLocaleString("en-US")} series of ${test.source}`;
  return `${classifier.classes.length} classes told apart by ${classifierName(classifier.name)}, trained on ${training.x.length.toLocaleString("en-US")} series, tested on ${tested}.`;
}

/** How far the classifier can be trusted. */
function verdict({ evaluation, baselines, classifier, test }: ClassificationParts): string {
  const count = test.x.length;
  const right = Math.round(evaluation.accuracy * count);
  const [low, high] = wilsonInterval(right, count);
  const majority = baselines.get("majority");
  const nearest = baselines.get("nearest");
  const own = `${right.toLocaleString("en-US")} of ${count.toLocaleString("en-US")} test series got their class: ${percent(evaluation.accuracy)} (with 95 % confidence ${percent(low)} to ${percent(high)}).`;
  if (majority === undefined) return paragraph(own, "verdict");
  const guess = `Always saying “${mostFrequent(majority, classifier.classes)}” would be right for ${percent(majority.accuracy)}`;
  const [text, style] =
    low > majority.accuracy
      ? [`${own} ${guess}.`, "verdict"]
      : evaluation.accuracy > majority.accuracy
        ? [`${own} ${guess}: the difference may be chance.`, "verdict worse"]
        : [`${own} ${guess}: the model is no better, do not rely on it.`, "verdict worse"];
  const isBeaten =
    nearest !== undefined && nearest.accuracy > Math.max(evaluation.accuracy, majority.accuracy);
  return paragraph(
    isBeaten
      ? `${text} The nearest neighbour, which needs no training, is right for ${percent(nearest.accuracy)}.`
      : text,
    style,
  );
}

/** What to do where a class is never found, as when it is rare. */
function missedNote(parts: ClassificationParts): string {
  const missed = missedClasses(parts);
  if (missed.length === 0) return "";
  const found = missed.length === 1 ? "was" : "were";
  return paragraph(
    `No series of ${fewOf(missed.map((name) => `“${name}”`))} ${found} found. With balanced class weights (--balanced) more will be, and more of the others be taken for them.`,
  );
}

/** The class that the majority says: the only column that holds anything. */
function mostFrequent({ confusion }: Evaluation, classes: readonly string[]): string {
  return classes.find((_, k) => confusion.some((row) => (row[k] ?? 0) > 0)) ?? "";
}

function metricsTable({ classifier }: ClassificationParts, ranked: Ranked): string {
  const isTwo = classifier.classes.length === 2;
  const [best] = ranked;
  const rows = ranked.map(([name, evaluation]) => {
    const isBest = name === best?.[0];
    const mark = isBest ? ' <span class="mark">★ best</span>' : "";
    const { accuracy, balancedAccuracy, macroF1, rocAuc = Number.NaN, logLoss } = evaluation;
    const cells = [
      percent(accuracy),
      percent(balancedAccuracy),
      macroF1.toFixed(3),
      ...(isTwo ? [displayArea(rocAuc)] : []),
      displayNumber(logLoss),
    ];
    return { cells: [`${escapeHtml(classifierName(name))}${mark}`, ...cells], isBest };
  });
  const heads = [
    "model",
    "accuracy",
    "balanced accuracy",
    "mean F₁",
    ...(isTwo ? ["ROC AUC"] : []),
    "log loss",
  ];
  return `<h2>How good is it?</h2>\n${htmlTable(heads, rows)}
${paragraph(
  `Balanced accuracy is the mean over the classes of the share that is found: guessing one class makes it ${percent(1 / classifier.classes.length)}.${isTwo ? " ROC AUC is the chance that a series of the second class is given more for it than one of the first: ½ for guessing." : ""} Log loss is less for probabilities that can be believed.`,
  "small",
)}`;
}

function displayArea(area: number): string {
  return Number.isFinite(area) ? area.toFixed(3) : "–";
}

function classTable({ evaluation }: ClassificationParts): string {
  const { classes, macro } = evaluation.report;
  const row = (
    name: string,
    { precision, recall, f1Score, support }: (typeof classes)[number] | typeof macro,
  ) => ({
    cells: [
      escapeHtml(name),
      percent(precision),
      percent(recall),
      f1Score.toFixed(3),
      support.toLocaleString("en-US"),
    ],
  });
  return `<h2>By class</h2>\n${htmlTable(["class", "precision", "recall", "F₁", "test series"], [...classes.map((one) => row(one.name, one)), row("mean", macro)])}
${paragraph("Precision: of the series given this class, the share that has it. Recall: of the series that have it, the share that was found.", "small")}`;
}

function trainingNote({
  best,
  heldOut,
  epochs,
}: NonNullable<ClassificationParts["classifier"]["training"]>): string {
  const chosen =
    heldOut > 0
      ? `the loss of ${heldOut} training series held out for this`
      : "the training loss: the series are too few to hold some out";
  return `The weights are those after epoch ${best + 1} of ${epochs.length}, chosen by ${chosen}.`;
}

/** What the model was and on which data. */
function facts(parts: ClassificationParts): string {
  const { classifier, training, test, split, timing, notes } = parts;
  const weights = classWeightText(parts);
  const channels = training.x[0]?.length ?? 0;
  const { model: _, seed, ...settings } = classifier.describe();
  const rows: [string, string][] = [
    ["Training series", `${training.x.length.toLocaleString("en-US")} of ${training.source}`],
    [
      "Test series",
      `${test.x.length.toLocaleString("en-US")} of ${test.source}${split === "random" ? ", drawn at random" : ""}`,
    ],
    ["Values in a series", lengthsOf(parts)],
    ["Channels", String(channels)],
    ["Model", classifierName(classifier.name)],
    ...Object.entries(settings)
      .filter(([name]) => !["trainingSeries", "kind", "series"].includes(name))
      .map(([name, value]): [string, string] => [
        settingName(name),
        settingText(typeof value === "string" ? value.split(",") : value),
      ]),
    ...(weights === undefined ? [] : [["Class weights", weights] as [string, string]]),
    ["Seed", String(seed)],
    ["Time taken", `${Math.ceil(timing.totalSeconds ?? 0)} s`],
  ];
  const list = notes.map((note) => `<li>${escapeHtml(note)}</li>`).join("\n");
  return `<h2>Model and data</h2>\n${htmlTerms(rows)}${list === "" ? "" : `\n<ul class="small">${list}</ul>`}`;
}

function lengthsOf({ training, test }: ClassificationParts): string {
  const all = [...training.x, ...test.x];
  const least = all.reduce((shortest, [first]) => Math.min(shortest, first?.length ?? 0), Infinity);
  const most = longestOf(all);
  return least === most ? String(least) : `${least} to ${most}`;
}

function mutable(logs: Readonly<Record<string, readonly number[]>>): Record<string, number[]> {
  return Object.fromEntries(Object.entries(logs).map(([name, values]) => [name, [...values]]));
}
