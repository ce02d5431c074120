// The chart of a learning-rate finder: the loss over the rates that were tried, and the one that it suggests.

import type { LearningRateSweep } from "../model/learning-rate-finder.ts";
import { RecurraError } from "../platform/error.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";

export interface LearningRateChart {
  /** What `findLearningRate` gave. */
  readonly sweep: LearningRateSweep;
  /** Default "Loss by learning rate". */
  readonly title?: string | undefined;
  /** Default: the suggestion, or that there is none. */
  readonly subtitle?: string | undefined;
  /** Units of the drawing, 1 by default a pixel. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

/**
 * The Vega-Lite specification of a sweep: the loss of each step, its average, and the suggestion set off by a line. Losses far above those
 * that the average had before it rose are cut off.
 *
 * @throws RecurraError `no-records` where no loss is a number
 */
export function learningRateSpec(chart: LearningRateChart): TopLevelSpec {
  const { sweep, title = "Loss by learning rate", width = 860, height = 320 } = chart;
  const { rates, suggestion } = sweep;
  const rows = rates.flatMap((rate, i) => [
    { rate, loss: sweep.losses[i], line: "each step" },
    { rate, loss: sweep.smoothed[i], line: "smoothed" },
  ]);
  const drawn = rows.filter(({ loss }) => Number.isFinite(loss));
  if (drawn.length === 0)
    throw new RecurraError("no-records", "learningRateSpec: no loss of the sweep is a number");
  const advice =
    suggestion === undefined
      ? "no suggestion: the loss did not fall"
      : `suggestion ${Number(suggestion.toPrecision(2))}`;
  const x = {
    field: "rate",
    type: "quantitative",
    scale: { type: "log", nice: false, domain: [rates[0], rates.at(-1)] },
    axis: { values: powersOfTen(rates), format: "~e" },
    title: "learning rate",
  };
  // One legend for both: a curve's colour and its width.
  const curve = (range: readonly (string | number)[]) => ({
    field: "line",
    type: "nominal",
    legend: { columns: 2 },
    scale: { domain: ["smoothed", "each step"], range },
  });
  const [low, high] = shownRange(sweep);
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: { text: title, subtitle: chart.subtitle ?? advice },
    width,
    height,
    layer: [
      {
        data: { values: suggestion === undefined ? [] : [{ rate: suggestion }] },
        mark: { type: "rule", color: LIGHT.muted, strokeDash: [2, 3], opacity: 1 },
        encoding: { x },
      },
      {
        data: { values: drawn },
        mark: { type: "line", clip: true, strokeJoin: "round" },
        encoding: {
          x,
          y: {
            field: "loss",
            type: "quantitative",
            scale: { zero: false, domain: [low, high], nice: false },
            axis: { title: null, tickCount: 6 },
          },
          color: curve([LIGHT.forecast, LIGHT.baseline]),
          strokeWidth: curve([2.5, 1]),
        },
      },
    ],
  } as TopLevelSpec;
}

/** From the least loss to somewhat above the greatest one before the smoothed loss was least. */
function shownRange({ losses, smoothed }: LearningRateSweep): readonly [low: number, high: number] {
  const finite = smoothed.map((loss) => (Number.isFinite(loss) ? loss : Infinity));
  const turn = finite.indexOf(Math.min(...finite));
  const before = [...losses.slice(0, turn + 1), ...smoothed.slice(0, turn + 1)].filter(Number.isFinite);
  const low = Math.min(...[...losses, ...smoothed].filter(Number.isFinite));
  const high = Math.max(...before);
  const room = high > low ? 0.15 * (high - low) : Math.max(Math.abs(high), 1);
  return [low - room / 3, high + room];
}

function powersOfTen(rates: readonly number[]): readonly number[] {
  const [first, last] = [rates[0] ?? 1, rates.at(-1) ?? 1];
  const powers = Array.from({ length: 80 }, (_, i) => Number(`1e${i - 60}`));
  return powers.filter((power) => power >= first * (1 - 1e-9) && power <= last * (1 + 1e-9));
}
