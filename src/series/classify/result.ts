// What a classification gives: its figures, its pictures, and its files.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import type { Evaluation } from "../../nn/metrics/evaluation.ts";
import { confusionSpec } from "../../plot/confusion-chart.ts";
import { renderSvg } from "../../plot/svg.ts";
import { type ClassificationDocument, documentOf, predictionsCsv } from "./document.ts";
import type { ClassificationParts } from "./parts.ts";
import { reportPage } from "./report-page.ts";

/** What stands in a classification's folder: nothing else is ever replaced. */
export const CLASSIFICATION_FILES = ["predictions.csv", "metrics.json", "report.html", "model"] as const;

/** Whether a name in a classification's folder is one of its own. */
export function isClassificationFile(name: string): boolean {
  return CLASSIFICATION_FILES.some((own) => own === name);
}

/** A trained classifier with its test. */
export class ClassificationResult {
  readonly parts: ClassificationParts;

  constructor(parts: ClassificationParts) {
    this.parts = parts;
  }

  /** The classifier, trained. */
  get classifier(): ClassificationParts["classifier"] {
    return this.parts.classifier;
  }

  /** How well the classifier did on the test series. */
  get evaluation(): Evaluation {
    return this.parts.evaluation;
  }

  /** The classifier and the baselines by name, the best first: by accuracy, then by balanced accuracy. */
  get ranked(): readonly (readonly [name: string, evaluation: Evaluation])[] {
    const { classifier, evaluation, baselines } = this.parts;
    const all: (readonly [string, Evaluation])[] = [[classifier.name, evaluation], ...baselines];
    return all.sort(([, a], [, b]) => b.accuracy - a.accuracy || b.balancedAccuracy - a.balancedAccuracy);
  }

  /** The name of the best of them. */
  get best(): string {
    return this.ranked[0]?.[0] ?? this.parts.classifier.name;
  }

  /** Plain data, as `recurra classify series --json` prints it. */
  toJSON(): ClassificationDocument {
    return documentOf(this.parts, this.best);
  }

  /** The confusion matrix as SVG text. */
  plot(): Promise<string> {
    const { classifier, evaluation } = this.parts;
    return renderSvg(confusionSpec({ confusion: evaluation.confusion, classes: classifier.classes }));
  }

  /** Writes the report, an HTML page that needs nothing beside it. */
  async report(path: string): Promise<void> {
    await writeText(path, await reportPage(this.parts, this.ranked));
  }

  /**
   * Writes the classification's folder, whole or not at all: predictions.csv, metrics.json, report.html and model/.
   *
   * @throws RecurraError `folder-has-other-files` where `folder` holds anything else, and what writing files throws
   */
  async save(folder: string): Promise<void> {
    await writeFolderAtomic(folder, (into) => this.writeInto(into), { owned: isClassificationFile });
  }

  /** Writes the files of `save` into a folder that exists. */
  async writeInto(folder: string): Promise<void> {
    const { predictions, ...metrics } = this.toJSON();
    await writeText(
      joinPath(folder, "predictions.csv"),
      predictionsCsv(predictions, this.classifier.classes),
    );
    await writeText(joinPath(folder, "metrics.json"), `${JSON.stringify(metrics, null, 2)}\n`);
    await this.report(joinPath(folder, "report.html"));
    await this.classifier.save(joinPath(folder, "model"));
  }
}

async function writeText(path: string, text: string): Promise<void> {
  await writeFileAtomic(path, (sink) => sink.write(new TextEncoder().encode(text)));
}
