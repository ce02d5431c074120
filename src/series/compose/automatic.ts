// Choosing among forecasters by how they did on the past, and by nothing that came later.

import { RecurraError } from "../../platform/error.ts";
import { backtest, bestOf, foldsThatFit } from "../evaluate/backtest.ts";
import type { FitOptions, Fitted, Forecaster, ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Need, Task } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";

export interface AutomaticOptions {
  /** Forecasts of the past by which the choice is made; fewer where they do not fit. Default: 3. */
  readonly folds?: number | undefined;
}

/** A forecaster that backtests others within its training data, and fits the one that did best, for all series alike. */
export function automatic(
  candidates: readonly Forecaster[],
  { folds = 3 }: AutomaticOptions = {},
): Forecaster {
  return new Automatic(candidates, folds);
}

class Automatic implements Forecaster {
  readonly name = "automatic";
  readonly candidates: readonly Forecaster[];
  readonly #folds: number;

  constructor(candidates: readonly Forecaster[], folds: number) {
    this.candidates = candidates;
    this.#folds = folds;
  }

  get config(): ForecasterConfig {
    const candidates = this.candidates.map(({ config }) => JSON.parse(JSON.stringify(config)));
    return { name: "automatic", folds: this.#folds, candidates };
  }

  get takesMissing(): boolean {
    return this.candidates.every((candidate) => candidate.takesMissing);
  }

  need(series: Pick<Series, "season">, task: Task): Need {
    return this.candidates
      .map((candidate) => candidate.need(series, task))
      .reduce((most, need) => (need.rows > most.rows ? need : most));
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<Fitted> {
    const { horizon, seed = 0 } = options;
    const foldsOf = training.map((series) =>
      foldsThatFit(
        series.values.length,
        horizon,
        this.#folds,
        Math.max(this.need(series, { horizon, seed }).rows, series.season + 1),
      ),
    );
    const past = await backtest(training, this.candidates, {
      ...options,
      foldsOf,
      onProgress: ({ share, epoch }) => options.onProgress?.({ share: share * 0.8, epoch }),
    });
    const best = bestOf(past.metrics);
    const [first] = this.candidates;
    const chosen = this.candidates.find((candidate) => candidate.name === best) ?? first;
    if (chosen === undefined)
      throw new RecurraError("option", "automatic: it has no candidates; wanted at least one");
    return chosen.fit(training, {
      ...options,
      onProgress: ({ share, epoch }) => options.onProgress?.({ share: 0.8 + share * 0.2, epoch }),
    });
  }
}
