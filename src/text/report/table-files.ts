// What `recurra table train` leaves behind: the model, what it told of the test rows, figures and a page.

import { joinPath, writeFileAtomic } from "#platform";
import { csvField } from "../../report/csv.ts";
import { rowNumber } from "./table-columns.ts";
import { tablePage } from "./table-page.ts";
import type { TablePrediction } from "./train-table.ts";

/** Whether a name in the folder of a prediction is one of its own. */
export function isTableFile(name: string): boolean {
  return ["report.html", "predictions.csv", "metrics.json", "model"].includes(name);
}

/** Writes report.html, predictions.csv, metrics.json and model/ into a folder that exists. */
export async function writeTablePrediction(result: TablePrediction, folder: string): Promise<void> {
  const encoder = new TextEncoder();
  const write = (name: string, text: string) =>
    writeFileAtomic(joinPath(folder, name), (sink) => sink.write(encoder.encode(text)));
  await write("report.html", await tablePage(result));
  await write("predictions.csv", predictionsCsv(result));
  await write("metrics.json", `${JSON.stringify(tableDocument(result), null, 2)}\n`);
  await result.model.save(joinPath(folder, "model"));
}

/** A prediction as plain JSON, the same for `--json` and metrics.json. */
export function tableDocument(result: TablePrediction): object {
  const { model, source, testSource, training, test, target, columns, group, evaluation } = result;
  const { baselines, weights, epochs, timing } = result;
  return {
    format: "recurra-table-prediction",
    version: 1,
    data: {
      source,
      testSource: testSource ?? null,
      target,
      kind: evaluation.kind,
      group: group ?? null,
      training: training.target.length,
      test: test.target.length,
      columns,
    },
    model: {
      config: model.config,
      parameters: model.network.countParams(),
      length: model.reader?.length ?? null,
      vocabulary: model.reader?.tokenizer.vocabulary.size ?? null,
      training: model.training,
    },
    test:
      evaluation.kind === "numbers"
        ? evaluation.scores
        : { ...evaluation.evaluation, majority: evaluation.majority },
    baselines: Object.fromEntries(baselines.map(({ name, scores }) => [name, scores])),
    weights,
    epochs,
    timing,
  };
}

/** A number as files have it. */
export function fileNumber(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(6))) : "";
}

/** A row for each test row: what it is, what was told, and for classes the probability of each. */
function predictionsCsv({ model, test, target, told }: TablePrediction): string {
  const classes = model.target.kind === "classes" ? model.target.classes : [];
  const lines = test.names.map((name, row) => {
    const actual = test.target[row];
    const cells =
      told.kind === "numbers"
        ? [fileNumber(Number(actual)), fileNumber(told.values[row] ?? Number.NaN)]
        : [
            String(actual),
            told.labels[row] ?? "",
            ...classes.map((_, k) => fileNumber(told.probabilities[row * classes.length + k] ?? Number.NaN)),
          ];
    return [rowNumber(name), ...cells].map(csvField).join(",");
  });
  const head = ["row", target, "prediction", ...classes.map((name) => `p_${name}`)];
  return `${[head.map(csvField).join(","), ...lines].join("\n")}\n`;
}
