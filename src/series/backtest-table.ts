// Backtesting the series of a table, without a forecast of what is to come.

import type { Table } from "../data/table.ts";
import { type EvaluationOptions, evaluateModels } from "./evaluation.ts";
import { BacktestResult } from "./report/backtest-result.ts";

/**
 * Sets models against each other and against naive forecasts on the past of every series of a table: rolling origins, each forecast from
 * what came before it alone.
 *
 * @throws RecurraError as `forecast` does
 */
export async function backtestTable(table: Table, options: EvaluationOptions = {}): Promise<BacktestResult> {
  return new BacktestResult(table, await evaluateModels(table, options));
}
