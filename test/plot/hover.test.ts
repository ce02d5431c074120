// What charts tell under the mouse, and the pages that do.

import { expect, test } from "vitest";
import { forecastSpec } from "../../src/plot/forecast-chart.ts";
import { timeText, valueText } from "../../src/plot/hover.ts";
import { renderHtml } from "../../src/plot/html.ts";
import { DARK, LIGHT } from "../../src/plot/theme.ts";
import { tickInterval } from "../../src/plot/time-axis.ts";

const DAY = 86_400_000;

test("times are days, with the hour where there is one, or counts", () => {
  expect(timeText(Date.UTC(2024, 4, 19), true)).toBe("2024-05-19");
  expect(timeText(Date.UTC(2024, 4, 19, 6, 30), true)).toBe("2024-05-19 06:30");
  expect(timeText(1860, false)).toBe("1860");
});

test("values keep five digits, thousands are separated", () => {
  expect([0.0123456, 12.3456789, 1234.56, 2_500_000].map(valueText)).toEqual([
    "0.012346",
    "12.346",
    "1,234.6",
    "2,500,000",
  ]);
});

test("the page of a forecast tells line, time, value and bands of a point, on its own background", async () => {
  const times = Float64Array.of(0, DAY);
  const page = await renderHtml(
    forecastSpec({
      title: "Sales",
      calendar: true,
      lines: [
        { label: "observed", role: "actual", pieces: [{ times, values: Float64Array.of(1, 2) }] },
        { label: "forecast", role: "forecast", pieces: [{ times, values: Float64Array.of(2, 3) }] },
      ],
      intervals: [
        { level: 80, times: times.subarray(1), lower: Float64Array.of(1.5), upper: Float64Array.of(4.5) },
      ],
    }),
    "Forecast <b>",
  );
  expect(page).toContain("<title>Forecast &lt;b></title>");
  expect(page).toContain(`body{background:${DARK.background}}`);
  const spec = /^const spec = (.*);$/m.exec(page)?.[1] ?? "";
  const { data, background } = JSON.parse(spec);
  expect(background ?? null).toBeNull();
  const rows = data.flatMap(({ values = [] }: { values?: object[] }) => values);
  expect(rows).toContainEqual(
    expect.objectContaining({ line: "forecast", time: "1970-01-02", value: "3", band0: "1.5 to 4.5" }),
  );
  expect(page).toContain("The wheel stretches the time axis");
  // Before the forecast begins there is no band to tell.
  expect(rows.find((row: { line?: string }) => row.line === "forecast")).not.toHaveProperty("band0");
  expect(spec).toContain("80 % band");
  expect(spec).not.toContain(`"background":"${LIGHT.background}"`);
});

test("few values have a tick each, many have those that Vega chooses", () => {
  const yearly = (count: number) => [
    {
      times: Float64Array.from({ length: count }, (_, i) => Date.UTC(2015 + i, 0, 1)),
      values: new Float64Array(count),
    },
  ];
  expect(tickInterval(yearly(8))).toEqual({ interval: "year", step: 1 });
  expect(tickInterval(yearly(40))).toBeUndefined();
  expect(tickInterval([])).toBeUndefined();
  const every = (step: number, count = 5) => [
    { times: Float64Array.from({ length: count }, (_, i) => i * step), values: new Float64Array(count) },
  ];
  expect(tickInterval(every(DAY))).toEqual({ interval: "day", step: 1 });
  expect(tickInterval(every(30 * DAY))).toEqual({ interval: "month", step: 1 });
  expect(tickInterval(every(7 * DAY))).toBeUndefined();
  expect(tickInterval(every(DAY / 24))).toBeUndefined();
});
