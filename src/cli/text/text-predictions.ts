// What a classifier told of texts, as CSV and JSON: where each text stands, what was kept beside it, what was told.

import type { TextData } from "../../data/texts/text-options.ts";
import type { TextClassifier } from "../../text/classify/text-classifier.ts";
import { keptNames } from "./kept-columns.ts";

type Predictions = Awaited<ReturnType<TextClassifier["predict"]>>;

/** Texts with what was told of them. */
export interface PredictedTexts {
  readonly data: TextData;
  readonly model: TextClassifier;
  /** [N] */
  readonly predictions: Predictions;
}

/** Whether there is nothing to be told of a text. */
export const isEmpty = (text: string | undefined) => text === undefined || text.trim() === "";

/** A list of objects. */
export function predictionsJson({ data, model, predictions }: PredictedTexts): string {
  const { labels: known, texts } = data;
  const kept = Object.entries(data.columns);
  const found = predictions.map(({ label, labels, probabilities, knownTokens }, n) => {
    const told = isEmpty(texts[n])
      ? { prediction: null, probabilities: null }
      : {
          prediction: model.isMulti ? labels : label,
          probabilities: Object.fromEntries(model.classes.map((name, k) => [name, probabilities[k]])),
        };
    return {
      ...data.placeOf(n),
      ...(kept.length > 0 && { columns: Object.fromEntries(kept.map(([name, cells]) => [name, cells[n]])) }),
      ...(known !== undefined && { label: known[n] === "" ? null : known[n] }),
      ...told,
      knownTokens,
    };
  });
  return `${JSON.stringify(found, null, 2)}\n`;
}

/** The names in the CSV of columns that are copied. */
export function keptColumns({ data, model }: Pick<PredictedTexts, "data" | "model">) {
  const own = ["file", "row", "label", "prediction", ...model.classes.map((name) => `p_${name}`), "text"];
  return keptNames(Object.keys(data.columns), own);
}

/** A line for each text. */
export async function predictionsCsv({ data, model, predictions }: PredictedTexts): Promise<string> {
  const [{ placeColumns, predictionHead, predictionLine }, { csvField }] = await Promise.all([
    import("../../text/report/classification-files.ts"),
    import("../../report/csv.ts"),
  ]);
  const { classes, isMulti } = model;
  const { labels, texts } = data;
  const place = placeColumns(predictions.map((_, n) => data.placeOf(n)));
  const kept = Object.entries(data.columns);
  const names = keptColumns({ data, model });
  const head = [
    ...place.head,
    ...kept.map(([name]) => names.get(name) ?? name),
    ...(labels === undefined ? [] : ["label"]),
  ];
  const lines = predictions.map(({ probabilities }, n) => {
    const before = [
      ...(place.cells[n] ?? []),
      ...kept.map(([, cells]) => cells[n] ?? ""),
      ...(labels === undefined ? [] : [[labels[n] ?? []].flat().join("|")]),
    ];
    const text = texts[n] ?? "";
    return isEmpty(text)
      ? [...before, "", ...classes.map(() => ""), text].map(csvField).join(",")
      : predictionLine(probabilities, classes, isMulti, before, text);
  });
  return `${[predictionHead(classes, head), ...lines].join("\n")}\n`;
}

/** What is to be said of texts of which nothing, or nothing of worth, was told; in sentences for the user. */
export function notesOn({ data, predictions }: PredictedTexts): readonly string[] {
  const { texts, rowName } = data;
  const rows = Array.from(texts.keys());
  const empty = rows.filter((n) => isEmpty(texts[n]));
  const strange = rows.filter((n) => !isEmpty(texts[n]) && predictions[n]?.knownTokens === 0);
  const count = (list: readonly number[]) => list.length.toLocaleString("en-US");
  const notes: string[] = [];
  if (empty.length > 0) {
    const [are, have] = empty.length === 1 ? ["text is", "has"] : ["texts are", "have"];
    notes.push(
      `${count(empty)} ${are} empty and ${have} no prediction; the first is ${rowName(empty[0] ?? 0)}.`,
    );
  }
  if (strange.length > 0) {
    const what =
      texts.length === 1
        ? "The model knows no word of the text"
        : `The model knows no word of ${count(strange)} text${strange.length === 1 ? "" : "s"} (the first is ${rowName(strange[0] ?? 0)})`;
    notes.push(`${what}: what it tells of ${strange.length === 1 ? "it" : "them"} is a guess.`);
  }
  return notes;
}
