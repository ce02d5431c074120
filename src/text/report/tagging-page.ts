// The report of a tagger: one HTML page with the test, the curves, scores by type, confusions, and sentences that went wrong.

import { confusionSpec } from "../../plot/confusion-chart.ts";
import { historySpec } from "../../plot/history-chart.ts";
import { displayNumber, percent } from "../../report/numbers.ts";
import { escapeHtml, figure, htmlPage, htmlTable, htmlTerms, paragraph } from "../../report/page.ts";
import { settingTerms } from "../../report/settings.ts";
import { displayNetwork } from "./network-names.ts";
import { kindOf, spanErrors, tokenConfusion } from "./span-errors.ts";
import { coloursOf, TAGGED_STYLE, taggedLines, tagLegend } from "./tagged-text.ts";
import type { Tagging } from "./train-tagging.ts";
import { wrongSentences } from "./wrong-sentences.ts";

/** Rows of the confusion matrix, and sentences that went wrong, at most. */
const MATRIX = 30;
const WRONG = 15;

const whole = (count: number) => count.toLocaleString("en-US");

/** The page, which needs nothing beside it. */
export async function taggingPage(tagging: Tagging): Promise<string> {
  const title = `Tags of ${tagging.source}`;
  return htmlPage(title, [
    TAGGED_STYLE,
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(leadOf(tagging), "lead"),
    verdict(tagging),
    await curves(tagging),
    typeTable(tagging),
    fates(tagging),
    await confusion(tagging),
    wrongOnes(tagging),
    facts(tagging),
  ]);
}

function leadOf({ tagger, training, test, testSource }: Tagging): string {
  const types = new Set(tagger.tags.filter((tag) => tag !== "O").map((tag) => kindOf(tag, true)));
  const what =
    tagger.scheme === "none"
      ? `${tagger.tags.length} tags`
      : `${types.size} kinds of entities (${tagger.scheme})`;
  const tested =
    testSource === undefined
      ? `${whole(test.length)} sentences held out at random`
      : `${whole(test.length)} sentences of ${testSource}`;
  return `${what} told by ${displayNetwork(tagger.settings.name)}${tagger.settings.output === "crf" ? " and a conditional random field" : ""}, trained on ${whole(training.length)} sentences, tested on ${tested}.`;
}

/** How far the tagger can be trusted. */
function verdict({ evaluation, memory }: Tagging): string {
  const { entities, accuracy, tokens } = evaluation;
  if (entities === undefined || memory.entities === undefined) {
    const own = `${percent(accuracy)} of ${whole(tokens)} test tokens got their tag.`;
    const guess = `Remembering the most frequent tag of each word would be right for ${percent(memory.accuracy)}`;
    return accuracy > memory.accuracy
      ? paragraph(`${own} ${guess}.`, "verdict")
      : paragraph(`${own} ${guess}: the tagger is no better.`, "verdict worse");
  }
  const { precision, recall, f1Score, support } = entities.micro;
  const own = `${percent(recall)} of ${whole(support)} entities were found, with all of their tokens and their kind; ${percent(precision)} of those it marked are right: F₁ ${percent(f1Score)}.`;
  const remembered = memory.entities.micro.f1Score;
  const guess = `Marking what was an entity in training, by heart, comes to ${percent(remembered)}`;
  return f1Score > remembered
    ? paragraph(`${own} ${guess}.`, "verdict")
    : paragraph(`${own} ${guess}: the tagger is no better.`, "verdict worse");
}

async function curves({ epochs, tagger }: Tagging): Promise<string> {
  if (epochs.length < 2) return "";
  const logs: Record<string, number[]> = { loss: epochs.map(({ loss }) => loss) };
  const held = tagger.training?.heldOut ?? 0;
  const isSpan = epochs[0]?.validationF1 !== undefined;
  if (isSpan) {
    // Of the training sentences F₁ is not measured: one line, that of what is held out.
    logs["F₁ of entities"] = epochs.map(() => Number.NaN);
    logs["val_F₁ of entities"] = epochs.map(({ validationF1 = Number.NaN }) => validationF1);
  } else {
    logs.accuracy = epochs.map(({ accuracy }) => accuracy);
    if (held > 0) logs.val_accuracy = epochs.map(({ validationAccuracy = Number.NaN }) => validationAccuracy);
  }
  const best = (tagger.training?.bestEpoch ?? 1) - 1;
  const note = `The weights are those after epoch ${best + 1} of ${epochs.length}, chosen by the ${isSpan ? "F₁" : "accuracy"} on ${whole(held)} sentences held out for this.`;
  return `${await figure(historySpec({ history: { epochs: epochs.map((_, i) => i), logs }, best }))}
${held === 0 ? "" : paragraph(note, "small")}`;
}

function typeTable({ evaluation, test, predicted }: Tagging): string {
  const { entities, accuracy, unknownAccuracy } = evaluation;
  const tokens = `Of single tokens ${percent(accuracy)} have the right tag${Number.isFinite(unknownAccuracy) ? `; of those whose word is not in the training, ${percent(unknownAccuracy)}` : ""}.`;
  if (entities === undefined) return `${tagTable(test, predicted)}\n${paragraph(tokens)}`;
  const cells = ({ precision, recall, f1Score, support }: (typeof entities)["micro"]) => [
    ...(support === 0 ? ["–", "–", "–"] : [precision, recall, f1Score].map(percent)),
    whole(support),
  ];
  const rows = [
    ...entities.classes.map((scores) => ({ cells: [escapeHtml(scores.name), ...cells(scores)] })),
    { cells: ["all", ...cells(entities.micro)], isBest: true },
  ];
  return `<h2>By kind of entity</h2>\n${htmlTable(["entity", "precision", "recall", "F₁", "in the test"], rows)}
${paragraph("An entity is right where its kind and all of its tokens are (as conlleval counts). Precision: of the entities marked, the share that is right. Recall: of the entities that there are, the share that was found.", "small")}
${paragraph(tokens)}`;
}

/** Tags that mark no spans are scored token by token. */
function tagTable(test: Tagging["test"], predicted: Tagging["predicted"]): string {
  const { kinds, counts } = tokenConfusion(
    test.map(({ tags }) => tags),
    predicted,
    false,
  );
  const rows = kinds.map((kind, k) => {
    const right = counts[k]?.[k] ?? 0;
    const support = counts[k]?.reduce((sum, count) => sum + count, 0) ?? 0;
    const told = counts.reduce((sum, row) => sum + (row[k] ?? 0), 0);
    return {
      cells: [
        escapeHtml(kind),
        percent(told === 0 ? Number.NaN : right / told),
        percent(support === 0 ? Number.NaN : right / support),
        percent((2 * right) / (told + support)),
        whole(support),
      ],
    };
  });
  return `<h2>By tag</h2>\n${htmlTable(["tag", "precision", "recall", "F₁", "in the test"], rows)}`;
}

function fates({ tagger, test, predicted }: Tagging): string {
  if (tagger.scheme === "none") return "";
  const errors = spanErrors(
    test.map(({ tags }) => tags),
    predicted,
  );
  const { right, type, extent, both, missed, invented } = errors;
  const all = right + type + extent + both + missed;
  if (all === 0) return "";
  const row = (text: string, count: number) => ({ cells: [text, whole(count), percent(count / all)] });
  const rows = [
    row("found, all right", right),
    row("found, taken for another kind", type),
    row("found with other first or last tokens", extent),
    row("found with other tokens, and taken for another kind", both),
    row("not found", missed),
  ];
  const note = `Besides, it marked ${whole(invented)} where there is none at all.`;
  return `<h2>What became of the entities</h2>\n${htmlTable(["in the test", "entities", "share"], rows)}\n${paragraph(note, "small")}`;
}

async function confusion({ tagger, test, predicted }: Tagging): Promise<string> {
  const isSpan = tagger.scheme !== "none";
  const { kinds, counts } = tokenConfusion(
    test.map(({ tags }) => tags),
    predicted,
    isSpan,
  );
  if (kinds.length > MATRIX || kinds.length < 2) return "";
  return figure(
    confusionSpec({
      confusion: counts,
      classes: kinds,
      title: isSpan ? "Which tokens were taken for which" : "Which tags were taken for which",
      subtitle: `Tokens of the test. Rows: ${isSpan ? "the entity that they belong to; O is none" : "their tag"}. Columns: what they were taken for.`,
    }),
  );
}

function wrongOnes(tagging: Tagging): string {
  const wrong = wrongSentences(tagging, WRONG);
  if (wrong.length === 0) return paragraph("Every token of the test got its tag.");
  const types = [
    ...new Set(wrong.flatMap(({ actual, told }) => [...actual, ...told].map(({ type }) => type))),
  ].sort();
  const colours = coloursOf(types);
  const lines = wrong.map(({ tokens, actual, told }) =>
    taggedLines(
      tokens,
      [
        { head: "it is", spans: actual },
        { head: "told", spans: told },
      ],
      colours,
    ),
  );
  return `<h2>Where it was most sure, and wrong</h2>
${types.length > 1 ? tagLegend(colours) : ""}
${lines.join("\n")}
${paragraph("A dashed frame marks what one line has and the other has not.", "small")}`;
}

/** What the model was and on which data. */
function facts({ tagger, training, timing }: Tagging): string {
  const { kind: _, name, network, ...settings } = tagger.settings;
  const tokens = training.reduce((sum, sentence) => sum + sentence.tokens.length, 0);
  const rows: readonly (readonly [string, string])[] = [
    ["Network", displayNetwork(name)],
    ["Parameters", whole(tagger.network.countParams())],
    ["Words with a vector", whole(tagger.tables.words.size - 2)],
    ["Characters with a vector", whole(tagger.tables.characters.size - 2)],
    ["Tags", tagger.tags.join(", ")],
    ...settingTerms({ ...network, ...settings }),
    ["Training", `${whole(training.length)} sentences, ${whole(tokens)} tokens`],
    ["Time taken", `${Math.ceil(timing.training)} s to train, ${displayNumber(timing.test)} s to test`],
  ];
  return `<h2>The model</h2>\n${htmlTerms(rows)}`;
}
