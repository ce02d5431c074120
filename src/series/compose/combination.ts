// Several forecasters as one: the mean or the median of what they expect.

import { joinPath } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type {
  Failure,
  FitOptions,
  Fitted,
  Forecaster,
  ForecasterConfig,
  PredictOptions,
} from "../forecasters/forecaster.ts";
import type { Description, Forecast, Need, Task } from "../forecasters/local-model.ts";
import { writeRecord } from "../forecasters/record.ts";
import type { Series } from "../observed/series.ts";
import { poolInterval } from "./linear-pool.ts";

export type CombinationMethod = "mean" | "median";

export interface CombinationOptions {
  /** What it is called. Default: `combination`. */
  readonly name?: string | undefined;
  /** Default: `mean`. */
  readonly method?: CombinationMethod | undefined;
  /** How much each member counts in the mean, for each series of the fit. Default: alike. */
  readonly weights?: Weights | undefined;
}

/** For each series of a fit, the weight of each member. */
export type Weights = readonly (readonly number[])[];

/**
 * A forecaster that combines others: at each step the mean or the median of their forecasts, with the interval of the mixture of their
 * distributions. A member that cannot be fitted to a series is left out there; one that gives no interval of a level says nothing about it.
 *
 * Source: Bates and Granger 1969, Operational Research Quarterly 20(4).
 *
 * @throws RecurraError `option` without members
 */
export function combination(members: readonly Forecaster[], options: CombinationOptions = {}): Forecaster {
  if (members.length === 0)
    throw new RecurraError("option", "combination: it has no members; wanted at least one");
  return new Combination(members, options);
}

class Combination implements Forecaster {
  readonly name: string;
  readonly members: readonly Forecaster[];
  readonly method: CombinationMethod;
  readonly weights: Weights | undefined;

  constructor(
    members: readonly Forecaster[],
    { name = "combination", method = "mean", weights }: CombinationOptions,
  ) {
    this.name = name;
    this.members = members;
    this.method = method;
    this.weights = weights;
  }

  get config(): ForecasterConfig {
    return {
      name: "combination",
      label: this.name,
      method: this.method,
      ...(this.weights === undefined ? {} : { weights: this.weights }),
      members: this.members.map(({ config }) => JSON.parse(JSON.stringify(config))),
    };
  }

  get takesMissing(): boolean {
    return this.members.every((member) => member.takesMissing);
  }

  /** What the least demanding member needs: the others are left out of shorter series. */
  need(series: Pick<Series, "season">, task: Task): Need {
    return this.members
      .map((member) => member.need(series, task))
      .reduce((least, need) => (need.rows < least.rows ? need : least));
  }

  async fit(training: readonly Series[], options: FitOptions): Promise<Fitted> {
    const parts: Fitted[] = [];
    for (const [i, member] of this.members.entries()) {
      const onProgress: FitOptions["onProgress"] = (progress) =>
        options.onProgress?.({ ...progress, share: (i + progress.share) / this.members.length });
      parts.push(await member.fit(training, { ...options, onError: "skip", onProgress }));
    }
    return combined(this, parts, options.onError ?? "throw");
  }
}

/** The combination of forecasters that have been fitted to the same series. */
export function combined(
  forecaster: Forecaster,
  parts: readonly Fitted[],
  onError: "throw" | "skip",
): Fitted {
  const failures = failuresOfAll(parts);
  const [first] = failures;
  if (first !== undefined && onError === "throw") throw first.error;
  const { method, weights } =
    forecaster instanceof Combination ? forecaster : { method: "mean" as const, weights: undefined };
  return {
    forecaster,
    failures,
    takesOthers: parts.every((part) => part.takesOthers),
    async predict(options: PredictOptions = {}) {
      const forecasts = await Promise.all(parts.map((part) => part.predict(options)));
      const count = forecasts[0]?.length ?? 0;
      return Array.from({ length: count }, (_, i) => {
        return combineForecasts(
          forecasts.map((of) => of[i]),
          method,
          weights?.[i],
        );
      });
    },
    fittedValues() {
      const values = parts.map((part) => part.fittedValues?.() ?? []);
      const count = Math.max(...values.map((of) => of.length));
      return Array.from({ length: count }, (_, i) => {
        return combineValues(
          values.map((of) => of[i]),
          method,
          weights?.[i],
        );
      });
    },
    describe(index?: number): Description {
      const ofSeries = weights?.[index ?? 0];
      const members = parts
        .map(({ forecaster: { name } }, i) =>
          ofSeries === undefined ? name : `${name} ${Math.round(100 * (ofSeries[i] ?? 0))} %`,
        )
        .join(", ");
      const inner = parts.flatMap((part) =>
        Object.entries(part.describe(index)).map(([key, value]) => [`${part.forecaster.name} ${key}`, value]),
      );
      return { method, members, ...Object.fromEntries(inner) };
    },
    save: (folder) =>
      writeRecord(folder, { config: forecaster.config }, async (into) => {
        for (const [i, part] of parts.entries()) await part.save(joinPath(into, `member-${i + 1}`));
      }),
  };
}

/** Series that no part could be fitted to. */
function failuresOfAll(parts: readonly Fitted[]): readonly Failure[] {
  const [first, ...others] = parts;
  return (first?.failures ?? []).filter(({ index }) =>
    others.every((part) => part.failures.some((failure) => failure.index === index)),
  );
}

/**
 * The mean or the median of forecasts of the same steps, with the intervals of the mixture of their distributions (see
 * {@link poolInterval}).
 *
 * @param forecasts undefined ones are left out
 * @param weights one for each forecast, those left out included; default: alike
 * @returns undefined where there is none
 */
export function combineForecasts(
  forecasts: readonly (Forecast | undefined)[],
  method: CombinationMethod,
  weights?: readonly number[],
): Forecast | undefined {
  const mean = combineValues(
    forecasts.map((forecast) => forecast?.mean),
    method,
    weights,
  );
  if (mean === undefined) return undefined;
  const levels = new Set(
    forecasts.flatMap((forecast) => forecast?.intervals.map(({ level }) => level) ?? []),
  );
  const intervals = [...levels].map((level) => {
    const members = forecasts.flatMap((forecast, i) => {
      const interval = forecast?.intervals.find((one) => one.level === level);
      if (forecast === undefined || interval === undefined) return [];
      return [{ weight: weights?.[i] ?? 1, mean: forecast.mean, interval }];
    });
    return poolInterval(members, level);
  });
  return { mean, intervals };
}

function combineValues(
  columns: readonly (Float64Array | undefined)[],
  method: CombinationMethod,
  weights?: readonly number[],
): Float64Array | undefined {
  const given = columns.flatMap((column, i) =>
    column === undefined ? [] : [{ column, weight: weights?.[i] ?? 1 }],
  );
  const [first] = given;
  if (first === undefined) return undefined;
  const sum = given.reduce((total, { weight }) => total + weight, 0);
  return first.column.map((_, h) => {
    if (method === "median") return median(given.map(({ column }) => column[h] ?? Number.NaN));
    // Members that count for nothing are all that there is: they count alike.
    const share = (weight: number) => (sum > 0 ? weight / sum : 1 / given.length);
    return given.reduce((total, { column, weight }) => total + share(weight) * (column[h] ?? Number.NaN), 0);
  });
}

function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]];
  return (low + high) / 2;
}
