// The game of one row of a table: features that are not known take the values that they have in the background.

import { RecurraError } from "../platform/error.ts";
import { allocate, type TypedArray } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import type { Random } from "../tensor/random.ts";
import { type Background, widthOf } from "./background.ts";
import type { Game } from "./game.ts";
import { applyLink, type Link } from "./link.ts";
import { checkPredictions, type Outputs, type PredictFunction } from "./predict.ts";

/** What the games of all rows have in common. */
export interface TableSetting {
  /** Who asks, for messages. */
  readonly what: string;
  readonly predict: PredictFunction;
  readonly background: Background;
  /** Outputs of the background's rows, before the link. */
  readonly backgroundOutputs: Outputs;
  readonly link: Link;
  readonly batchSize: number;
  /** How many rows of the background a coalition is tried on; all where it is `undefined`. */
  readonly draws: number | undefined;
  readonly signal: AbortSignal | undefined;
}

/**
 * The game of a row: a coalition is worth the mean prediction over the background's rows with the coalition's columns taken from the row.
 *
 * @param row [F] the row that is explained
 * @param groups the columns of each player
 * @param fx [D] the prediction for the row, before the link
 * @param random for the draws from the background
 */
export function tableGame(
  setting: TableSetting,
  row: TypedArray,
  groups: readonly Int32Array[],
  fx: Float64Array,
  random: Random,
): Game {
  const { what, link, background, backgroundOutputs } = setting;
  const players = groups.length;
  const outputs = backgroundOutputs.width;
  const mean = meanOutputs(backgroundOutputs, background.weights);
  const plan = planOf(setting, random);
  return {
    players,
    empty: applyLink(what, link, mean.slice()),
    full: applyLink(what, link, fx.slice()),
    async values(masks) {
      const count = masks.length / players;
      const perCoalition = plan.rows;
      const worth = new Float64Array(count * outputs);
      const total = count * perCoalition;
      for (let start = 0; start < total; start += setting.batchSize) {
        setting.signal?.throwIfAborted();
        const end = Math.min(start + setting.batchSize, total);
        const rows = mixtures(setting, row, groups, masks, plan, start, end);
        const { values } = checkPredictions(what, await setting.predict(rows), end - start, outputs);
        for (let r = start; r < end; r++) {
          const s = Math.floor(r / perCoalition);
          const from = plan.place(s, r % perCoalition);
          const weight = plan.weight(from);
          // A control variate: what is peculiar to a row of the background shows where nothing is known, and is taken out in proportion.
          const hidden = plan.isDrawn && link === "identity" ? hiddenShare(masks, s, players) : 0;
          for (let d = 0; d < outputs; d++) {
            const peculiar = (backgroundOutputs.values[from * outputs + d] ?? 0) - (mean[d] ?? 0);
            const value = (values[(r - start) * outputs + d] ?? 0) - hidden * peculiar;
            worth[s * outputs + d] = (worth[s * outputs + d] ?? 0) + weight * value;
          }
        }
      }
      return applyLink(what, link, worth);
    },
  };
}

/** [D] The mean output over the background. */
export function meanOutputs({ values, width }: Outputs, weights: Float64Array): Float64Array {
  const mean = new Float64Array(width);
  for (let n = 0; n < weights.length; n++)
    for (let d = 0; d < width; d++)
      mean[d] = (mean[d] ?? 0) + (weights[n] ?? 0) * (values[n * width + d] ?? 0);
  return mean;
}

/** Which rows of the background each coalition is tried on. */
interface Plan {
  readonly isDrawn: boolean;
  /** Rows for each coalition. */
  readonly rows: number;
  place(coalition: number, i: number): number;
  weight(place: number): number;
}

function planOf({ what, background: { weights }, draws }: TableSetting, random: Random): Plan {
  const count = weights.length;
  if (draws === undefined || draws >= count)
    return { isDrawn: false, rows: count, place: (_, i) => i, weight: (place) => weights[place] ?? 0 };
  if (weights.some((weight) => Math.abs(weight * count - 1) > 1e-9))
    throw new RecurraError(
      "weights",
      `${what}: backgroundDraws wants a background whose rows weigh alike; leave it out, or the weights`,
    );
  const order = random.permutation(count);
  return {
    isDrawn: true,
    rows: draws,
    // A coalition and its complement, which stand side by side, are tried on the same rows; over time each row comes as often.
    place: (coalition, i) => order[(Math.floor(coalition / 2) * draws + i) % count] ?? 0,
    weight: () => 1 / draws,
  };
}

function hiddenShare(masks: Uint8Array, coalition: number, players: number): number {
  let known = 0;
  for (let i = 0; i < players; i++) known += masks[coalition * players + i] ?? 0;
  return 1 - known / players;
}

/** Rows `start` to `end` of all mixtures: coalition by coalition, and for each the rows of the background. */
function mixtures(
  { background: { rows: background } }: TableSetting,
  row: TypedArray,
  groups: readonly Int32Array[],
  masks: Uint8Array,
  plan: Plan,
  start: number,
  end: number,
): NdArray {
  const width = widthOf(background);
  // The arithmetic is the same for all kinds of numbers.
  const source = background.data as Float64Array;
  const known = row as Float64Array;
  const mixed = allocate(background.dtype, (end - start) * width) as Float64Array;
  for (let r = start; r < end; r++) {
    const s = Math.floor(r / plan.rows);
    const from = plan.place(s, r % plan.rows) * width;
    const to = (r - start) * width;
    mixed.set(source.subarray(from, from + width), to);
    for (let i = 0; i < groups.length; i++) {
      if (masks[s * groups.length + i] === 0) continue;
      const columns = groups[i] ?? new Int32Array(0);
      for (let c = 0; c < columns.length; c++) {
        const column = columns[c] ?? 0;
        mixed[to + column] = known[column] ?? 0;
      }
    }
  }
  return new NdArray(mixed, [end - start, ...background.shape.slice(1)]);
}
