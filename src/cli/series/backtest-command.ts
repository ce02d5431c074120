// `recurra backtest`: models set against each other on the past of a table.

import { join } from "node:path";
import type { Command } from "commander";
import { writeFolderAtomic } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type { BacktestResult } from "../../series/report/backtest-result.ts";
import type { CliContext } from "../context.ts";
import { type EvaluationArguments, evaluationCommand, evaluationOptionsFor } from "./evaluation-command.ts";
import { folderFor, tableWork } from "./table-command.ts";
import { readTableOf } from "./table-options.ts";
import { tellSkipped } from "./tell.ts";

const EXAMPLES = `
Examples:
  recurra backtest sales.csv --models ets,theta,arima --folds 6
      six forecasts of the past by each model, into backtest-sales/
  recurra backtest load.parquet --models "naive,dlinear(lookback=168)" --horizon 24 --step 12 --no-refit

The folder gets report.html, backtest.svg, backtest.csv (every forecast with what
came) and metrics.json, with Diebold–Mariano tests against the best.
`;

export function backtestCommand(context: CliContext): Command {
  const description = "Judge models by forecasts of the past, each from what came before it alone.";
  return evaluationCommand({ name: "backtest", description, examples: EXAMPLES }, (files, options) =>
    runBacktest(files, options, context),
  );
}

async function runBacktest(
  files: readonly string[],
  options: EvaluationArguments,
  context: CliContext,
): Promise<void> {
  const [{ backtestTable }, { isBacktestFile }] = await Promise.all([
    import("../../series/backtest-table.ts"),
    import("../../series/report/backtest-result.ts"),
  ]);
  const out = options.out ?? (await folderFor("backtest", files, options));
  const result = await tableWork(context, options, options.threads, async (work) => {
    const table = await readTableOf(files, options, work.signal);
    const found = await backtestTable(table, await evaluationOptionsFor(options, context, work));
    await work.view.end();
    tellSkipped(found.skipped, context);
    const { folds, plan } = found.evaluation;
    if (folds.length === 0) {
      throw new RecurraError(
        "too-short",
        `There is nothing to judge by: the data are too short for a forecast of the past ${plan.horizon} steps ahead. Give more rows, or a smaller --horizon.`,
      );
    }
    await writeFolderAtomic(out, (folder) => found.writeInto(folder), { owned: isBacktestFile });
    return found;
  });
  if (options.json === true) context.print(`${JSON.stringify(result.toJSON(), null, 2)}\n`);
  else context.print(await backtestSummary(result, out));
}

async function backtestSummary(result: BacktestResult, out: string): Promise<string> {
  const [{ metricTable, alignColumns }, { displayP }, { displayName, subjectOf }, { stepNoun }] =
    await Promise.all([
      import("./summary.ts"),
      import("../../report/numbers.ts"),
      import("../../series/report/names.ts"),
      import("../../series/observed/calendar.ts"),
    ]);
  const { folds, plan, set } = result.evaluation;
  const compared = [...result.comparisons].map(([name, { pValue }]) => [displayName(name), displayP(pValue)]);
  return [
    "",
    `${subjectOf(result.table, plan.series.length)}: ${plan.horizon} ${stepNoun(set.frequency, plan.horizon)} ahead`,
    "",
    ...metricTable(result.metrics, result.best, folds.length),
    "",
    ...(compared.length === 0
      ? []
      : [
          ...alignColumns([
            [`may be worse than ${displayName(result.best ?? "")} by chance alone: p`, ""],
            ...compared,
          ]),
          "",
        ]),
    `Report: ${join(out, "report.html")}`,
    "Also there: backtest.csv, backtest.svg, metrics.json",
    "",
  ].join("\n");
}
