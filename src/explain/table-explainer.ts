// What explainers of models that read rows of numbers have in common: rows, features and games; how a game is shared out is given to them.

import { checkOptionNames } from "../nn/choice.ts";
import { checkCounts } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { type DType, isFloat } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { Random } from "../tensor/random.ts";
import { formatShape, sameShape } from "../tensor/shape.ts";
import {
  asRows,
  type Background,
  checkBackground,
  type RowData,
  type WeightedRows,
  widthOf,
} from "./background.ts";
import { Explanation, outputNames } from "./explanation.ts";
import { type FeatureGroup, featuresOf, varies } from "./feature-groups.ts";
import type { Game } from "./game.ts";
import { applyLink, checkLink, type Link } from "./link.ts";
import {
  checkPredictions,
  type Outputs,
  type Predict,
  type PredictFunction,
  predictFunction,
} from "./predict.ts";
import { meanOutputs, tableGame } from "./table-game.ts";

export interface TableExplainerOptions {
  /** The scale on which contributions add up to the prediction. Default "identity". */
  readonly link?: Link;
  /** Default 0. Row i draws from a stream of its own, so that it comes out the same among other rows. */
  readonly seed?: number;
  /** Rows given to predict at once, at most. Default 8192. */
  readonly batchSize?: number;
  /** What the columns are called. */
  readonly names?: readonly string[];
  /** Columns that are known or unknown together, in place of single columns; see {@link stepGroups} for windows of series. */
  readonly groups?: readonly FeatureGroup[];
  /** What the outputs are called. */
  readonly outputs?: readonly string[];
  /**
   * Try each coalition on so many rows of the background alone, drawn in turn, instead of on all: so many times fewer predictions for some
   * noise, and with link "logit" some bias. Sums stay exact. Default: all rows.
   */
  readonly backgroundDraws?: number;
}

export interface ExplainOptions {
  /** Stops between two batches of predictions. */
  readonly signal?: AbortSignal;
  /** Called after each row. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Shares a game out; random numbers are drawn from the row's stream. */
export type Solve = (game: Game, random: Random) => Promise<Float64Array>;

/** Explains predictions for rows against a background. */
export class TableExplainer {
  readonly background: Background;
  readonly #what: string;
  readonly #predict: PredictFunction;
  readonly #options: TableExplainerOptions;
  readonly #solve: Solve;
  /** Whether features that cannot matter take part: where neighbours are hidden together, they keep their places. */
  readonly #keepsAll: boolean;

  /** @internal See {@link kernelExplainer}, {@link exactExplainer}, {@link permutationExplainer}, {@link occlusionExplainer}. */
  constructor(
    what: string,
    predict: Predict,
    background: RowData | WeightedRows,
    options: TableExplainerOptions,
    solve: Solve,
    keepsAll = false,
  ) {
    this.#what = what;
    this.#predict = predictFunction(what, predict);
    this.background = checkBackground(what, background);
    const { link = "identity", batchSize = 8192, seed = 0, backgroundDraws } = options;
    checkLink(what, link);
    checkCounts(what, { batchSize, ...(backgroundDraws === undefined ? {} : { backgroundDraws }) });
    new Random(seed); // fails for what is no seed
    featuresOf(what, this.background.rows, options.groups, options.names);
    this.#options = options;
    this.#solve = solve;
    this.#keepsAll = keepsAll;
  }

  /**
   * [D] The mean prediction over the background, on the scale of the link: what is predicted where nothing is known.
   *
   * @throws RecurraError `predictions`, `link-range`
   */
  async baseValues(): Promise<Float64Array> {
    return this.#baseOf(await this.#outputs(this.background.rows));
  }

  #baseOf(outputs: Outputs): Float64Array {
    const mean = meanOutputs(outputs, this.background.weights);
    return applyLink(this.#what, this.#options.link ?? "identity", mean);
  }

  /**
   * What each feature adds to the predictions for rows. A feature that a row has in common with the whole background gets 0. For each row
   * the values sum to link(prediction) - base value.
   *
   * @param rows [N, ...], rows like those of the background
   * @throws RecurraError `no-rows`, `input-shape` for rows of another shape, `predictions` for what predict gives wrongly
   */
  async explain(rows: RowData, options: ExplainOptions = {}): Promise<Explanation> {
    const what = this.#what;
    checkOptionNames(`${what}: explain`, options, ["signal", "onProgress"]);
    const { signal, onProgress } = options;
    const { link = "identity", batchSize = 8192, seed = 0, backgroundDraws } = this.#options;
    const given = asRows(what, rows);
    const shape = this.background.rows.shape.slice(1);
    if (!sameShape(given.shape.slice(1), shape))
      throw new RecurraError(
        "input-shape",
        `${what}: rows have the shape ${formatShape(given.shape.slice(1))}, the background's ${formatShape(shape)}; wanted the same`,
      );
    const data = asDtype(what, given, this.background.rows.dtype);
    const features = featuresOf(what, data, this.#options.groups, this.#options.names);
    const backgroundOutputs = await this.#outputs(this.background.rows);
    const { width } = backgroundOutputs;
    const outputs = outputNames(what, this.#options.outputs, width);
    const predicted = await this.#outputs(data, width);
    const [count = 0] = data.shape;
    const values = new Float64Array(count * features.names.length * width);
    const setting = {
      what,
      predict: this.#predict,
      background: this.background,
      backgroundOutputs,
      link,
      batchSize,
      draws: backgroundDraws,
      signal,
    };
    for (let n = 0; n < count; n++) {
      const row = data.rows(n, n + 1).data;
      const varying = features.columns.flatMap((columns, f) =>
        this.#keepsAll || varies(row, this.background.rows, columns) ? [f] : [],
      );
      const groups = varying.map((f) => features.columns[f] as Int32Array);
      const random = new Random(seed).fold(n);
      const fx = predicted.values.slice(n * width, (n + 1) * width);
      const game = tableGame(setting, row, groups, fx, random.fold(0));
      const shares = await this.#solve(game, random);
      for (const [i, f] of varying.entries())
        values.set(shares.subarray(i * width, (i + 1) * width), (n * features.names.length + f) * width);
      onProgress?.(n + 1, count);
    }
    return new Explanation({
      values: new NdArray(values, [count, features.names.length, width]),
      baseValues: this.#baseOf(backgroundOutputs),
      predictions: new NdArray(applyLink(what, link, predicted.values), [count, width]),
      data,
      names: features.names,
      outputs,
      shown: (n, f) => {
        const columns = features.columns[f];
        return columns?.length === 1 ? shownNumber(data, n, columns[0] ?? 0) : undefined;
      },
    });
  }

  /** Outputs of rows, batch by batch. */
  async #outputs(rows: NdArray, width?: number): Promise<Outputs> {
    const { batchSize = 8192 } = this.#options;
    const [count = 0] = rows.shape;
    const parts: Outputs[] = [];
    for (let start = 0; start < count; start += batchSize) {
      const end = Math.min(start + batchSize, count);
      const given = await this.#predict(rows.rows(start, end));
      parts.push(checkPredictions(this.#what, given, end - start, parts[0]?.width ?? width));
    }
    const columns = parts[0]?.width ?? 1;
    const values = new Float64Array(count * columns);
    for (const [i, part] of parts.entries()) values.set(part.values, i * batchSize * columns);
    return { values, width: columns };
  }
}

/** Rows in the dtype of the background. @throws RecurraError `dtype` where numbers would be cut to whole ones */
function asDtype(what: string, rows: NdArray, dtype: DType): NdArray {
  if (rows.dtype === dtype || isFloat(dtype)) return rows.astype(dtype);
  const odd = isFloat(rows.dtype) ? rows.toFloat64().findIndex((value) => !Number.isInteger(value)) : -1;
  if (odd < 0) return rows.astype(dtype);
  const width = widthOf(rows);
  throw new RecurraError(
    "dtype",
    `${what}: row ${Math.floor(odd / width)} holds ${rows.data[odd]} at place ${odd % width}, and the background is ${dtype}; give both as float32`,
  );
}

function shownNumber(data: NdArray, row: number, column: number): string {
  const value = Number(data.data[row * widthOf(data) + column]);
  return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
}
