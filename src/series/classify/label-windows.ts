// Windows of a series with a label of what came after them: up or down, event or not. No window sees what its label is made of.

import { type LabelledSeries, labelledSeries } from "../../data/labelled-series.ts";
import { checkedNumber, checkOptionNames, describe } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Split } from "./split.ts";

export interface LabelWindowsOptions {
  /** Steps that a window has: what a classifier sees. */
  readonly window: number;
  /**
   * The label of a window.
   *
   * @param future [horizon] the values of the target after the window, the next step first
   * @param seen [window] the values of the target within the window
   * @returns undefined leaves the window out
   */
  readonly label: (future: Float64Array, seen: Float64Array) => string | number | boolean | undefined;
  /** Steps after the window that the label is made of. Default 1. */
  readonly horizon?: number | undefined;
  /** Which channel `label` is given, counted from 0. Default 0. */
  readonly target?: number | undefined;
  /** Steps from a window to the next. Default 1. */
  readonly stride?: number | undefined;
  /** What the series is called in messages. Default: `the series`. */
  readonly source?: string | undefined;
}

/** Labelled windows of one series. Their rows are their origins, counted from 1. */
export interface LabelledWindows extends LabelledSeries {
  /** [N] The step after each window, counted from 0: the first one that its label is made of. */
  readonly origins: Int32Array;
  /** Steps that a label is made of. */
  readonly horizon: number;
}

/**
 * Cuts a series into windows [t - window, t) and labels each by the steps [t, t + horizon): the two never overlap. The windows share the
 * series' memory.
 *
 * @param values [T], or [C] channels of [T]
 * @throws RecurraError `unknown-option`, `option-value`, `too-short`, `channel-count`
 * @example
 * const windows = labelWindows(returns, { window: 5, label: ([next = 0]) => (next > 0 ? "up" : "down") });
 * const { training, test } = splitByTime(windows, 0.3);
 */
export function labelWindows(
  values: ArrayLike<number> | readonly ArrayLike<number>[],
  options: LabelWindowsOptions,
): LabelledWindows {
  checkOptionNames("labelWindows", options, ["window", "label", "horizon", "target", "stride", "source"]);
  const { window, label, horizon = 1, target = 0, stride = 1, source = "the series" } = options;
  checkCounts("labelWindows", { window, horizon, stride });
  if (typeof label !== "function")
    throw new RecurraError("option-value", `labelWindows: label is to be a function, got ${describe(label)}`);
  const channels = channelsOf(values, source);
  const aim = channels[target];
  if (aim === undefined)
    throw new RecurraError(
      "option-value",
      `labelWindows: target is ${describe(target)}; wanted one of ${channels.length} channels, counted from 0`,
    );
  const x: Float64Array[][] = [];
  const labels: (string | number | boolean)[] = [];
  const origins: number[] = [];
  for (let origin = window; origin + horizon <= aim.length; origin += stride) {
    const own = label(aim.slice(origin, origin + horizon), aim.slice(origin - window, origin));
    if (own === undefined) continue;
    x.push(channels.map((channel) => channel.subarray(origin - window, origin)));
    labels.push(own);
    origins.push(origin);
  }
  if (x.length === 0) {
    throw new RecurraError(
      "too-short",
      `${source}: it has ${aim.length} values, and none of them makes a labelled window; at least ${window + horizon} are needed: window ${window} + horizon ${horizon}.`,
    );
  }
  const rows = origins.map((origin) => origin + 1);
  return { ...labelledSeries({ x, labels, rows, source }), origins: Int32Array.from(origins), horizon };
}

/**
 * Parts windows by time: those from the cut on are the test, those whose labels are made of steps before the cut are for training. Windows
 * with a label from both sides are left out.
 *
 * @param share of the windows that are the test, above 0 and below 1
 * @throws RecurraError `option-value`; `too-short` where a part has no windows
 */
export function splitByTime(data: LabelledWindows, share: number): Split<LabelledWindows> {
  checkedNumber("splitByTime: share", share, (value) => value > 0 && value < 1, "a share between 0 and 1");
  const { origins, horizon } = data;
  const cut = origins[Math.floor(origins.length * (1 - share))] ?? 0;
  const places = Array.from(origins.keys());
  const training = places.filter((i) => (origins[i] ?? 0) + horizon <= cut);
  const test = places.filter((i) => (origins[i] ?? 0) >= cut);
  if (training.length > 0 && test.length > 0)
    return { training: take(data, training), test: take(data, test) };
  throw new RecurraError(
    "too-short",
    `${data.source}: its ${origins.length} windows are too few to be parted by time, ${share} of them for the test.`,
  );
}

function take(data: LabelledWindows, places: readonly number[]): LabelledWindows {
  const chosen = (values: Int32Array) => Int32Array.from(places, (i) => values[i] ?? 0);
  return {
    ...data,
    x: places.map((i) => data.x[i] ?? []),
    labels: chosen(data.labels),
    rows: chosen(data.rows),
    origins: chosen(data.origins),
  };
}

function channelsOf(
  values: ArrayLike<number> | readonly ArrayLike<number>[],
  source: string,
): readonly Float64Array[] {
  const isPlain = ArrayBuffer.isView(values) || typeof values[0] === "number";
  const given = (isPlain ? [values] : values) as readonly ArrayLike<number>[];
  const channels = given.map((channel) =>
    channel instanceof Float64Array ? channel : Float64Array.from(channel),
  );
  const odd = channels.findIndex(({ length }) => length !== channels[0]?.length);
  if (odd < 0) return channels;
  throw new RecurraError(
    "channel-count",
    `${source}, channel ${odd + 1}: it has ${channels[odd]?.length} values, and channel 1 has ${channels[0]?.length}; wanted as many in each`,
  );
}
