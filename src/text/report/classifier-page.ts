// The report of a text classification: one HTML page with the test, the curves, the words of each class and what went wrong.

import { wilsonInterval } from "../../nn/metrics/wilson.ts";
import { confusionSpec } from "../../plot/confusion-chart.ts";
import { historySpec } from "../../plot/history-chart.ts";
import { wordCloudSvg } from "../../plot/word-cloud.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, htmlTerms, paragraph } from "../../report/page.ts";
import { settingTerms } from "../../report/settings.ts";
import type { TextClassification } from "../classify/classify-texts.ts";
import { classScores } from "./class-scores.ts";
import { classifierAdvice } from "./classifier-advice.ts";
import { displayNetwork } from "./network-names.ts";
import { wrongTexts } from "./wrong-texts.ts";

/** Clouds and rows of the confusion matrix are for so many classes at most. */
const CLOUDS = 8;
const MATRIX = 30;
/** Words of a class in a table. */
const LISTED = 12;
/** Characters of a text that are shown, and of a name beside it. */
const EXCERPT = 280;
const NAME = 24;

const whole = (count: number) => count.toLocaleString("en-US");

/** The page, which needs nothing beside it. */
export async function classifierPage(result: TextClassification): Promise<string> {
  const { model, source, evaluation, words } = result;
  const title = `Classification of ${source}`;
  return htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(leadOf(result), "lead"),
    verdict(result),
    ...classifierAdvice(result).map(({ says }) => paragraph(`${says}.`, "small")),
    await curves(result),
    evaluation === undefined || model.classes.length > MATRIX
      ? ""
      : await figure(confusionSpec({ confusion: evaluation.confusion, classes: model.classes })),
    classScores(evaluation?.report.classes ?? result.labelsEvaluation?.labels ?? [], evaluation, "texts"),
    distinctive(words, model.classes),
    wrongOnes(result),
    facts(result),
  ]);
}

/** Clouds of few classes, a table of many. */
function distinctive(words: TextClassification["words"], classes: readonly string[]): string {
  if (words.every((list) => list.length === 0)) return "";
  const title = "<h2>Words that tell the classes apart</h2>";
  const own = "This is of the texts themselves; the network may go by other things.";
  if (classes.length > CLOUDS) {
    const rows = words.map((list, k) => ({
      cells: [
        nameCell(classes[k] ?? ""),
        list
          .slice(0, LISTED)
          .map(({ text }) => isolated(text))
          .join(", "),
      ],
    }));
    const note = `The first are those of which it is most sure that they are more frequent in texts of this class than in the others. ${own}`;
    return `${title}\n${htmlTable(["class", "words"], rows, "texts")}\n${paragraph(note, "small")}`;
  }
  const clouds = words.map((list, k) => (list.length === 0 ? "" : cloudOf(list, classes[k] ?? "", k)));
  const note = `The larger, the more sure it is that the word is more frequent in texts of this class than in the others. ${own}`;
  return `${title}\n<div class="clouds">${clouds.join("\n")}</div>\n${paragraph(note, "small")}`;
}

/** Text of any direction, which leaves that of its neighbours alone. */
function isolated(text: string): string {
  return `<bdi>${escapeHtml(text)}</bdi>`;
}

/** The same in plain text: first strong isolate … pop directional isolate (Unicode Standard Annex #9). */
function quoted(text: string): string {
  return `\u2068“${text}”\u2069`;
}

/** A name beside long texts, in full under the mouse. */
function nameCell(name: string): string {
  const letters = [...name];
  if (letters.length <= NAME) return isolated(name);
  return `<span title="${escapeHtml(name)}">${isolated(`${letters.slice(0, NAME - 1).join("")}…`)}</span>`;
}

const COLOURS = ["backtest", "forecast", "actual"] as const;

function cloudOf(list: TextClassification["words"][number], name: string, k: number): string {
  return `<figure>${wordCloudSvg({
    title: name,
    colour: COLOURS[k % COLOURS.length],
    words: list.map(({ text, score }) => ({ text, weight: score })),
  })}</figure>`;
}

function leadOf({ model, training, test, testSource }: TextClassification): string {
  const tested =
    testSource === undefined
      ? `${whole(test.texts.length)} texts held out at random`
      : `${whole(test.texts.length)} texts of ${testSource}`;
  return `${model.classes.length} ${model.isMulti ? "labels, any number of which a text may have," : "classes"} told by ${displayNetwork(model.settings.name)}, trained on ${whole(training.texts.length)} texts, tested on ${tested}.`;
}

/** How far the classifier can be trusted. */
function verdict({ evaluation, labelsEvaluation, baselines, test }: TextClassification): string {
  if (labelsEvaluation !== undefined)
    return paragraph(
      `All labels of ${percent(labelsEvaluation.exactMatch)} of the test texts were told, and no other; F₁ over all labels is ${labelsEvaluation.microF1.toFixed(3)}.`,
      "verdict",
    );
  if (evaluation === undefined || baselines === undefined) return "";
  const count = test.texts.length;
  const right = Math.round(evaluation.accuracy * count);
  const [low, high] = wilsonInterval(right, count);
  const own = `${whole(right)} of ${whole(count)} test texts got their class: ${percent(evaluation.accuracy)} (with 95 % confidence ${percent(low)} to ${percent(high)}).`;
  const { majority, naiveBayes } = baselines;
  const simpler = `Always saying ${quoted(majority.label)} would be right for ${percent(majority.accuracy)}, naive Bayes, which only counts words, for ${percent(naiveBayes.accuracy)}`;
  if (evaluation.accuracy <= majority.accuracy)
    return paragraph(`${own} ${simpler}: the model has learned nothing, do not rely on it.`, "verdict worse");
  if (low <= majority.accuracy)
    return paragraph(`${own} ${simpler}: what the model is better by may be chance.`, "verdict worse");
  return evaluation.accuracy < naiveBayes.accuracy
    ? paragraph(
        `${own} ${simpler}: counting does better; more texts or another model may help.`,
        "verdict worse",
      )
    : paragraph(`${own} ${simpler}.`, "verdict");
}

async function curves({ epochs, model }: TextClassification): Promise<string> {
  if (epochs.length < 2) return "";
  // Of texts with several labels each, no share is right or wrong as a whole.
  const logs: Record<string, number[]> = { loss: epochs.map(({ loss }) => loss) };
  if (!model.isMulti) logs.accuracy = epochs.map(({ accuracy }) => accuracy);
  const [first] = epochs;
  if (first?.validationLoss !== undefined) {
    logs.val_loss = epochs.map(({ validationLoss = Number.NaN }) => validationLoss);
    if (!model.isMulti)
      logs.val_accuracy = epochs.map(({ validationAccuracy = Number.NaN }) => validationAccuracy);
  }
  const best = (model.training?.bestEpoch ?? 1) - 1;
  const note = `The weights are those after epoch ${best + 1} of ${epochs.length}, chosen by the loss of ${whole(model.training?.heldOut ?? 0)} training texts held out for this.`;
  return `${await figure(historySpec({ history: { epochs: epochs.map((_, i) => i), logs }, best }))}
${(model.training?.heldOut ?? 0) === 0 ? "" : paragraph(note, "small")}`;
}

function wrongOnes(result: TextClassification): string {
  const wrong = wrongTexts(result, 12);
  if (wrong.length === 0)
    return paragraph(`Every test text got its ${result.model.isMulti ? "labels" : "class"}.`);
  const rows = wrong.map(({ label, told, probability, text }) => ({
    cells: [
      nameCell(label),
      nameCell(told),
      percent(probability),
      `<div dir="auto">${escapeHtml(excerpt(text))}</div>`,
    ],
  }));
  return `<h2>Where it was most wrong</h2>
${htmlTable(["it is", "it was taken for", "with", "text"], rows, "texts")}`;
}

function excerpt(text: string): string {
  const plain = text.replace(/\s+/g, " ").trim();
  return plain.length <= EXCERPT ? plain : `${plain.slice(0, EXCERPT).replace(/\S*$/, "")}…`;
}

/** What the model was and on which data. */
function facts({ model, timing, training }: TextClassification): string {
  const { kind: _, name, network, tokenizer, length: _length, ...settings } = model.settings;
  const rows: readonly (readonly [string, string])[] = [
    ["Network", displayNetwork(name)],
    ["Parameters", whole(model.network.countParams())],
    ["Tokens of a text that are read", String(model.length)],
    ["Different tokens", whole(model.tokenizer.vocabulary.size)],
    ...settingTerms({ tokenizer, ...network, ...settings }),
    ["Training texts", whole(training.texts.length)],
    ["Time taken", `${Math.ceil(timing.training)} s to train, ${displayNumber(timing.test)} s to test`],
  ];
  return `<h2>The model</h2>\n${htmlTerms(rows)}`;
}
