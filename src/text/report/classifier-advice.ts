// What may make a text classifier better, by how its training and its test went.

import type { TextClassification } from "../classify/classify-texts.ts";
import { shownClasses } from "../classify/labels.ts";
import { FEW_TEXTS } from "../classify/usual-settings.ts";

/** A sentence for the user, and the option of `recurra classify train` that it comes to. */
export interface Advice {
  readonly says: string;
  readonly option: string;
}

/** Test texts of a class, at least, before it can be said to be never found. */
const SEVERAL = 3;

/** What may help, the most first; nothing where all went well. */
export function classifierAdvice({
  model,
  training,
  evaluation,
  baselines,
}: TextClassification): readonly Advice[] {
  const { name, epochs, balanced } = model.settings;
  const advice: Advice[] = [];
  const { training: went } = model;
  if (went !== undefined && went.heldOut > 0 && went.bestEpoch === epochs)
    advice.push({
      says: `${epochs === 1 ? "One epoch is little" : `The last of ${epochs} epochs was the best`}: with more of them it may do better`,
      option: `--epochs ${2 * epochs}`,
    });
  const missed = (evaluation?.report.classes ?? [])
    .filter(({ support, recall }) => support >= SEVERAL && recall === 0)
    .map((one) => `“${one.name}”`);
  if (missed.length > 0 && !balanced)
    advice.push({
      says: `No text of ${shownClasses(missed)} was found: errors on rare classes can be made to count as much as on frequent ones`,
      option: "--balanced",
    });
  const isBeaten =
    evaluation !== undefined &&
    baselines !== undefined &&
    evaluation.accuracy < baselines.naiveBayes.accuracy;
  if (name !== "mlp" && (isBeaten || training.texts.length < FEW_TEXTS))
    advice.push({
      says: isBeaten
        ? "Counting words does better than this network: the mean of the words' vectors may do so, too"
        : `Of fewer than ${FEW_TEXTS.toLocaleString("en-US")} texts, the mean of the words' vectors often tells as well or better, and is faster`,
      option: "--model mlp",
    });
  return advice;
}
