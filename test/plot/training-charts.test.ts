// Charts of a training: learning curves and gradient norms. What stands in the drawing, and what is refused.

import { describe, expect, test } from "vitest";
import type { GradientRecord } from "../../src/model/callbacks.ts";
import { gradientSpec, gradientTimeSpec } from "../../src/plot/gradient-chart.ts";
import { historySpec } from "../../src/plot/history-chart.ts";
import { renderPng } from "../../src/plot/png.ts";
import { renderSvg, type TopLevelSpec } from "../../src/plot/svg.ts";
import { LIGHT } from "../../src/plot/theme.ts";

/** Texts of a drawing, in order. */
const textsOf = (svg: string) => [...svg.matchAll(/>([^<>]+)<\/text>/g)].map(([, text]) => text ?? "");

/** Paths of at least two points drawn in a colour, by their dashes. */
function curvesOf(svg: string, colour: string): string[] {
  const paths = [...svg.matchAll(/<path ([^>]*)>/g)].map(([, attributes]) => attributes ?? "");
  return paths
    .filter((path) => path.includes(`stroke="${colour}"`) && / d="[^"]*L/.test(` ${path}`))
    .filter((path) => path.includes('stroke-width="2"') && !/ d="M-[\d.]+,0L[\d.]+,0"/.test(` ${path}`))
    .map((path) => /stroke-dasharray="([^"]*)"/.exec(path)?.[1] ?? "");
}

/** Heights of the ends of the curves in a colour: M x,y … L x,y. */
function pointsOf(svg: string, colour: string): (readonly [number, number])[] {
  const path = [...svg.matchAll(/<path ([^>]*)>/g)].find(
    ([, attributes = ""]) =>
      attributes.includes(`stroke="${colour}"`) && /d="M[\d.]+,[\d.]+L/.test(attributes),
  );
  const d = / d="([^"]*)"/.exec(` ${path?.[1]}`)?.[1] ?? "";
  return [...d.matchAll(/[ML]([\d.]+),([\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)] as const);
}

async function checkColours(spec: TopLevelSpec): Promise<string> {
  const svg = await renderSvg(spec);
  const style = /<style>(.*?)<\/style>/.exec(svg)?.[1] ?? "";
  const used = [...svg.replace(style, "").matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g)].map(
    ([, colour]) => colour,
  );
  const known: readonly string[] = Object.values(LIGHT);
  expect(used.filter((colour) => !known.includes(colour ?? ""))).toEqual([]);
  expect(svg).not.toMatch(/NaN|undefined|Infinity/);
  return svg;
}

const history = {
  epochs: [0, 1, 2, 3],
  logs: {
    loss: [4, 2, 1, 0.5],
    mae: [2, 1.5, 1, 0.9],
    val_loss: [4, 3, 2.5, 3],
    val_mae: [2, 1.8, 1.7, 1.9],
  },
};

describe("historySpec", () => {
  test("draws each quantity with that of the held-out data, epochs counted from 1", async () => {
    const svg = await checkColours(historySpec({ history, subtitle: "LSTM(50)", best: 2 }));
    const texts = textsOf(svg);
    for (const text of ["Learning curve", "LSTM(50)", "training", "held out", "loss", "mae"]) {
      expect(texts.filter((found) => found === text)).toEqual([text]);
    }
    expect(texts.filter((text) => text === "epoch").length).toBe(2);
    expect(texts).toContain("4");
    expect(texts).not.toContain("0");
    expect(curvesOf(svg, LIGHT.forecast).length).toBeGreaterThanOrEqual(2);
    expect(curvesOf(svg, LIGHT.backtest).length).toBeGreaterThanOrEqual(2);
    expect(
      svg.match(new RegExp(`<line [^>]*stroke="${LIGHT.muted}"[^>]*stroke-dasharray="2,3"`, "g"))?.length,
    ).toBe(2);
  });

  test("draws those asked for, alone where nothing is held out", async () => {
    const svg = await checkColours(
      historySpec({
        history: { epochs: [0, 1], logs: { loss: [2, 1], mae: [1, 1] } },
        quantities: ["loss"],
        title: "Run 7",
      }),
    );
    const texts = textsOf(svg);
    expect(texts).toEqual(expect.arrayContaining(["Run 7", "loss", "training", "epoch"]));
    for (const text of ["mae", "held out", "Learning curve"]) expect(texts).not.toContain(text);
  });

  test("draws by the logarithm if asked to: equal ratios are equal distances", async () => {
    const halves = { epochs: [0, 1, 2, 3], logs: { loss: [8, 4, 2, 1] } };
    const falls = async (log: boolean) => {
      const points = pointsOf(await checkColours(historySpec({ history: halves, log })), LIGHT.forecast);
      expect(points.length).toBe(4);
      return points.slice(1).map(([, y], i) => y - (points[i]?.[1] ?? 0));
    };
    const [a = 0, b, c] = await falls(true);
    expect(b).toBeCloseTo(a, 1);
    expect(c).toBeCloseTo(a, 1);
    const [d = 0, e, f] = await falls(false);
    expect(e).toBeCloseTo(d / 2, 1);
    expect(f).toBeCloseTo(d / 4, 1);
  });

  test("leaves a gap where a value is not finite, and draws a single epoch as points", async () => {
    const blown = { epochs: [0, 1, 2, 3], logs: { loss: [3, 2, Number.NaN, Infinity] } };
    expect(pointsOf(await checkColours(historySpec({ history: blown })), LIGHT.forecast).length).toBe(2);
    const signs = { epochs: [0, 1, 2, 3], logs: { loss: [1, 0.1, 0, -1] } };
    const drawn = async (log: boolean) =>
      pointsOf(await checkColours(historySpec({ history: signs, log })), LIGHT.forecast).length;
    expect([await drawn(true), await drawn(false)]).toEqual([2, 4]);
    const svg = await checkColours(historySpec({ history: { epochs: [0], logs: { loss: [3] } } }));
    expect(svg).toMatch(new RegExp(`<path [^>]*fill="${LIGHT.forecast}"`));
    for (const odd of [
      { epochs: [0, 1], logs: { loss: [Number.NaN, Number.NaN] } },
      { epochs: [0, 1], logs: { loss: [0, -1] } },
    ]) {
      await checkColours(historySpec({ history: odd, log: true }));
    }
  });

  test("refuses what the history does not have", () => {
    expect(() => historySpec({ history, quantities: ["loss", "accuracy"] })).toThrow(
      'historySpec: there is no "accuracy" in the history; there are loss, mae',
    );
  });

  test("gives a PNG", async () => {
    const png = await renderPng(await renderSvg(historySpec({ history })), { zoom: 1 });
    expect([...png.subarray(0, 4)]).toEqual([0x89, 0x50, 0x4e, 0x47]);
  });
});

const steps = [1, 2, 3, 4];
const record: GradientRecord = {
  steps,
  total: [1, 10, 100, Infinity],
  layers: {
    embedding: [1, 10, 100, Infinity],
    lstm: [0.1, 0.01, 0.001, Number.NaN],
    gru: [1, 1, 1, 0],
    dense: [2, 2, 3, 2],
    head: [5, 4, 3, 2],
  },
  timeSteps: {
    lstm: steps.map((step) => [step * 1e-6, step * 1e-3, step]),
    gru: steps.map((step) => [step, step, step]),
  },
};

describe("gradientSpec", () => {
  test("draws a line for each layer, told apart by colour and stroke, and says where norms blew up", async () => {
    const svg = await checkColours(gradientSpec({ record }));
    const texts = textsOf(svg);
    for (const layer of Object.keys(record.layers)) expect(texts).toContain(layer);
    expect(texts).toEqual(
      expect.arrayContaining(["Gradient norms by layer", "not finite from step 4 on", "step"]),
    );
    // The fifth line has the first colour again, dashed.
    expect(new Set(curvesOf(svg, LIGHT.forecast))).toEqual(new Set(["1,0", "6,3"]));
    expect(svg.match(/stroke-dasharray="2,3"/g)?.length).toBe(1);
  });

  test("says nothing of what did not happen, and ticks powers of ten", async () => {
    const calm = { ...record, total: [1, 1, 1, 1], layers: { lstm: [1e-5, 1e-2, 1, 1e4] } };
    const texts = textsOf(await checkColours(gradientSpec({ record: calm, title: "Norms" })));
    expect(texts).toContain("Norms");
    expect(texts.join()).not.toContain("finite");
    expect(texts).toEqual(expect.arrayContaining(["1e-4", "0.01", "1", "100", "1e+4"]));
  });

  test("draws what is all the same, all zero, or of one step", async () => {
    for (const norms of [[3, 3, 3, 3], [0, 0, 0, 0], new Array<number>(4).fill(Number.NaN)]) {
      await checkColours(gradientSpec({ record: { ...record, layers: { lstm: norms } } }));
    }
    const one = { ...record, steps: [1], total: [1], layers: { lstm: [2] } };
    expect(await checkColours(gradientSpec({ record: one }))).toMatch(
      new RegExp(`<path [^>]*fill="${LIGHT.forecast}"`),
    );
  });

  test("refuses a record with nothing in it", () => {
    const empty = { steps: [], total: [], layers: {}, timeSteps: {} };
    expect(() => gradientSpec({ record: empty })).toThrow("gradientSpec: nothing was recorded");
    expect(() => gradientTimeSpec({ record: empty })).toThrow(
      "gradientTimeSpec: nothing was recorded by time step; record with new GradientNorms({ timeSteps: true })",
    );
  });
});

describe("gradientTimeSpec", () => {
  test("draws a panel for each recurrent layer: the first, the middle and the last record", async () => {
    const svg = await checkColours(gradientTimeSpec({ record }));
    const texts = textsOf(svg);
    expect(texts).toEqual(
      expect.arrayContaining(["Gradient norms by time step", "lstm", "gru", "time step t"]),
    );
    expect(texts.filter((text) => /^step \d/.test(text))).toEqual(["step 1", "step 2", "step 4"]);
  });

  test("draws the records asked for", async () => {
    const one = { ...record, timeSteps: { lstm: record.timeSteps.lstm ?? [] } };
    const svg = await checkColours(gradientTimeSpec({ record: one, at: [-1, 2] }));
    expect(textsOf(svg).filter((text) => /^step \d/.test(text))).toEqual(["step 3", "step 4"]);
    // A gradient that grows a thousandfold with each time step is a straight line: 4e-6, 4e-3, 4.
    const [a, b, c] = pointsOf(svg, LIGHT.backtest).map(([, y]) => y);
    expect((a ?? 0) - (b ?? 0)).toBeCloseTo((b ?? 0) - (c ?? 0), 1);
    expect(a).toBeGreaterThan(b ?? Infinity);
  });

  test("refuses places where nothing was recorded", () => {
    for (const place of [4, -5, 0.5]) {
      expect(() => gradientTimeSpec({ record, at: [place] })).toThrow(
        `gradientTimeSpec: there are 4 records, and none at place ${place}`,
      );
    }
  });
});
