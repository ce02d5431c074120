// Charts of gradient norms: by layer over a training, and by time step, where gradients vanish or explode.

import type { GradientRecord } from "../model/callbacks.ts";
import { RecurraError } from "../platform/error.ts";
import { linePanel, type PanelLine, pointsAt } from "./line-panel.ts";
import type { TopLevelSpec } from "./svg.ts";

export interface GradientChart {
  /** What a `GradientNorms` recorded; the callback itself is one. */
  readonly record: GradientRecord;
  readonly title?: string | undefined;
  /** Default: the step from which on norms are not finite, where there is one. */
  readonly subtitle?: string | undefined;
  /** Units of the drawing, of a panel where there are several; 1 by default a pixel. */
  readonly width?: number | undefined;
  readonly height?: number | undefined;
}

export interface GradientTimeChart extends GradientChart {
  /** Which records to draw, by their place: -1 is the last. Default: the first, the middle and the last. */
  readonly at?: readonly number[] | undefined;
}

const schema = "https://vega.github.io/schema/vega-lite/v6.json";

/**
 * The Vega-Lite specification of ‖∂L/∂w‖ by layer, over the steps of a training, by its logarithm. The step from which on norms are
 * not finite is set off by a line.
 *
 * @throws RecurraError `no-records` where nothing was recorded
 */
export function gradientSpec(chart: GradientChart): TopLevelSpec {
  const { record, title = "Gradient norms by layer", width = 860, height = 320 } = chart;
  checkRecorded("gradientSpec", record.steps.length);
  const layers = Object.entries(record.layers);
  const blown = record.steps[record.total.findIndex((norm) => !Number.isFinite(norm))];
  const warning = blown === undefined ? undefined : `not finite from step ${blown} on`;
  const lines = layers.map(([label, norms]): PanelLine => ({ label, points: pointsAt(record.steps, norms) }));
  const panel = linePanel({
    lines,
    labels: layers.map(([label]) => label),
    xTitle: "step",
    log: true,
    rules: blown === undefined ? [] : [blown],
    width,
    height,
  });
  return { $schema: schema, title: titleOf(title, chart.subtitle ?? warning), ...panel } as TopLevelSpec;
}

/**
 * The Vega-Lite specification of ‖∂L/∂h_t‖ over the time steps t, a panel for each recurrent layer, by its logarithm: a line that
 * falls towards the left shows a gradient that vanishes on its way back, one that rises a gradient that explodes.
 *
 * @throws RecurraError `no-records` where nothing was recorded by time step, or not at the places asked for
 */
export function gradientTimeSpec(chart: GradientTimeChart): TopLevelSpec {
  const { record, title = "Gradient norms by time step" } = chart;
  const layers = Object.entries(record.timeSteps);
  const [, first = []] = layers[0] ?? [];
  checkRecorded("gradientTimeSpec", first.length);
  const given = chart.at ?? [0, Math.floor((first.length - 1) / 2), -1];
  const chosen = given.map((place) => {
    const counted = place < 0 ? first.length + place : place;
    if (first[counted] !== undefined) return counted;
    throw new RecurraError(
      "no-records",
      `gradientTimeSpec: there are ${first.length} records, and none at place ${place}`,
    );
  });
  const places = [...new Set(chosen)].sort((a, b) => a - b);
  const labelOf = (place: number) => `step ${record.steps[place]}`;
  const panels = layers.map(([layer, records]) =>
    linePanel({
      title: layers.length > 1 ? layer : undefined,
      lines: places.map((place): PanelLine => {
        const norms = records[place] ?? [];
        return { label: labelOf(place), points: pointsAt(norms.keys(), norms) };
      }),
      labels: places.map(labelOf),
      xTitle: "time step t",
      log: true,
      width: chart.width ?? (layers.length > 1 ? 400 : 860),
      height: chart.height ?? (layers.length > 1 ? 220 : 320),
    }),
  );
  const body = panels.length === 1 ? panels[0] : { columns: 2, spacing: 28, concat: panels };
  return { $schema: schema, title: titleOf(title, chart.subtitle), ...body } as TopLevelSpec;
}

function checkRecorded(who: string, count: number): void {
  if (count > 0) return;
  const advice =
    who === "gradientSpec"
      ? ""
      : " by time step; record with new GradientNorms({ timeSteps: true }), a model with recurrent layers";
  throw new RecurraError("no-records", `${who}: nothing was recorded${advice}`);
}

function titleOf(title: string, subtitle: string | undefined) {
  return subtitle === undefined ? { text: title } : { text: title, subtitle };
}
