// Drawing predictions against what came: their lines, the error in the title, grids, and what is refused.

import { expect, test } from "vitest";
import { type PredictionChart, predictionGridSpec, predictionSpec } from "../../src/plot/prediction-chart.ts";
import { renderSvg } from "../../src/plot/svg.ts";
import { LIGHT } from "../../src/plot/theme.ts";

const DAY = 86_400_000;
const none = Number.NaN;
const chart: PredictionChart = {
  title: "AAPL",
  subtitle: "of scaled prices",
  mse: 0.0123456,
  calendar: true,
  times: Float64Array.from({ length: 6 }, (_, t) => t * DAY),
  actual: Float64Array.of(1, 3, none, 4, 3, 5),
  predictions: [{ label: "predicted", values: Float64Array.of(none, none, 2, 3, 4, 4) }],
  split: 2 * DAY,
};

test("a chart has its lines in their colours, the error in the title, and the split", async () => {
  const svg = await renderSvg(predictionSpec(chart));
  for (const text of ["AAPL: MSE 0.0123", "of scaled prices", "actual", "predicted"]) {
    expect(svg).toContain(`>${text}</text>`);
  }
  for (const role of ["actual", "forecast", "muted"] as const)
    expect(svg).toContain(`stroke="${LIGHT[role]}"`);
  expect(svg).not.toContain("NaN");
});

test("what is missing leaves a gap", () => {
  const spec = predictionSpec(chart) as unknown as {
    layer: { data: { values: { line: string; t: number; v: number; piece: number }[] } }[];
  };
  const rows = spec.layer.flatMap(({ data }) => data.values).filter(({ line }) => line !== undefined);
  const pieces = (line: string) =>
    rows.filter((row) => row.line === line).map(({ t, v, piece }) => [piece, t / DAY, v]);
  expect(pieces("actual")).toEqual([
    [0, 0, 1],
    [0, 1, 3],
    [1, 3, 4],
    [1, 4, 3],
    [1, 5, 5],
  ]);
  expect(pieces("predicted")).toEqual([
    [0, 2, 2],
    [0, 3, 3],
    [0, 4, 4],
    [0, 5, 4],
  ]);
});

test("without an error the title is as it was given; a small one keeps three digits", () => {
  const title = (mse?: number) => predictionSpec({ ...chart, mse }).title;
  expect(title()).toMatchObject({ text: "AAPL" });
  expect(title(0.000012345)).toMatchObject({ text: "AAPL: MSE 0.0000123" });
  expect(title(1234.5)).toMatchObject({ text: "AAPL: MSE 1230" });
});

test("three models have three colours", async () => {
  const values = chart.actual;
  const predictions = ["LSTM", "GRU", "transformer"].map((label) => ({ label, values }));
  const svg = await renderSvg(predictionSpec({ ...chart, predictions }));
  for (const role of ["actual", "forecast", "backtest", "baseline"] as const) {
    expect(svg).toMatch(new RegExp(`<path d="[^"]+" stroke="${LIGHT[role]}"`));
  }
});

test("a grid has a panel for each chart, five in a row where there are many", async () => {
  const charts = Array.from({ length: 25 }, (_, i) => ({ ...chart, title: `S${i + 1}` }));
  const spec = predictionGridSpec(charts, "All 25") as unknown as { columns: number; concat: unknown[] };
  expect([spec.columns, spec.concat.length]).toEqual([5, 25]);
  expect(predictionGridSpec(charts.slice(0, 3), "Three")).toMatchObject({ columns: 3 });
  expect(predictionGridSpec(charts.slice(0, 2), "Two")).toMatchObject({ columns: 2 });
  const svg = await renderSvg(predictionGridSpec(charts, "All 25"));
  for (const text of ["All 25", "S1: MSE 0.0123", "S25: MSE 0.0123"])
    expect(svg).toContain(`>${text}</text>`);
  // One legend for all panels.
  expect(svg.match(/>predicted<\/text>/g)).toHaveLength(1);
});

test("values of another number than times, and more models than colours, are refused", () => {
  const short = [{ label: "LSTM", values: new Float64Array(3) }];
  expect(() => predictionSpec({ ...chart, predictions: short })).toThrow(
    'prediction chart "AAPL": "LSTM" has 3 values for 6 times; wanted one for each',
  );
  expect(() => predictionSpec({ ...chart, actual: new Float64Array(7) })).toThrow(
    '"actual" has 7 values for 6 times',
  );
  const four = Array.from({ length: 4 }, (_, i) => ({ label: `${i}`, values: chart.actual }));
  expect(() => predictionSpec({ ...chart, predictions: four })).toThrow(
    'prediction chart "AAPL": there are 4 predictions; wanted one to 3. Draw more as a grid.',
  );
  expect(() => predictionSpec({ ...chart, predictions: [] })).toThrow("there are 0 predictions");
});
