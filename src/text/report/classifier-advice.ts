// What may make a text classifier better, by how its training and its test went.

import type { TextClassification } from "../classify/classify-texts.ts";
import { shownClasses } from "../classify/labels.ts";
import { FEW_TEXTS } from "../classify/usual-settings.ts";
import { type Advice, moreEpochs } from "./epoch-advice.ts";

/** Test texts of a class, at least, before it can be said to be never found. */
const SEVERAL = 3;

/** A class of at most this share of the texts of the most frequent one is rare. */
const RARE = 0.5;

/** What may help, the most first; nothing where all went well. */
export function classifierAdvice({
  model,
  training,
  evaluation,
  baselines,
}: TextClassification): readonly Advice[] {
  const { name, epochs, balanced } = model.settings;
  const longer = moreEpochs(model.training, epochs);
  const advice: Advice[] = longer === undefined ? [] : [longer];
  const scores = evaluation?.report.classes ?? [];
  const most = Math.max(...scores.map(({ support }) => support));
  const missed = scores
    .filter(({ support, recall }) => support >= SEVERAL && support <= RARE * most && recall === 0)
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
