// Drawn models: which boxes, texts and arrows there are, where they stand, and that the drawing is sound SVG in known colours.

import { describe, expect, test } from "vitest";
import type { Tensor } from "../../../src/graph/tensor.ts";
import {
  input,
  Layer,
  type LayerConfig,
  type LayerTensor,
  layers,
  type Model,
  model,
  RecurraError,
  sequential,
} from "../../../src/index.ts";
import { tones } from "../../../src/model/drawing/colours.ts";
import { type PlotOptions, plotModel } from "../../../src/model/drawing/plot-model.ts";
import { textWidth } from "../../../src/model/drawing/text-width.ts";
import { renderPng } from "../../../src/plot/png.ts";

/** What a caller without types might pass. */
const wrong = <T>(value: unknown): T => value as T;
const dense = (units: number, more = {}) => layers.dense({ units, ...more });

interface Box {
  readonly title: string;
  readonly texts: readonly string[];
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

const plain = (text: string) =>
  text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&quot;", '"').replaceAll("&amp;", "&");

const rectOf = (svg: string) => {
  const [, x, y, width, height] =
    /<rect x="([\d.-]+)" y="([\d.-]+)" width="([\d.-]+)" height="([\d.-]+)"/.exec(svg) ?? [];
  return { x: Number(x), y: Number(y), width: Number(width), height: Number(height) };
};

/** The boxes of layers, in the order of drawing. */
function boxesOf(svg: string): readonly Box[] {
  return [...svg.matchAll(/<g class="layer"><title>(.*?)<\/title>(.*?)<\/g>/g)].map(
    ([, title = "", inner = ""]) => ({
      title: plain(title),
      texts: [...inner.matchAll(/<text [^>]*>(.*?)<\/text>/g)].map(([, text = ""]) => plain(text)),
      ...rectOf(inner),
    }),
  );
}

const boxNamed = (svg: string, name: string) =>
  boxesOf(svg).find(({ title }) => title.startsWith(`${name} (`)) as Box;

/** The frames of models that are drawn open. */
const framesOf = (svg: string) =>
  [...svg.matchAll(/<g class="model">(<rect [^>]*>)/g)].map(([, rect = ""]) => rectOf(rect));

/** From where to where each line goes. */
function linesOf(svg: string) {
  return [...svg.matchAll(/<path d="(M[^"]*)" fill="none"/g)].map(([, d = ""]) => {
    const numbers = [...d.matchAll(/(-?[\d.]+),(-?[\d.]+)/g)].map(([, x, y]) => ({
      x: Number(x),
      y: Number(y),
    }));
    return { from: numbers[0] ?? { x: 0, y: 0 }, to: numbers.at(-1) ?? { x: 0, y: 0 } };
  });
}

/** Heads of arrows. */
const headsOf = (svg: string) => [...svg.matchAll(/<path d="M[^"]*z" fill="#8c959f"\/>/g)].length;

const touches = ({ x, y, width, height }: Box, point: { readonly x: number; readonly y: number }) =>
  point.x > x - 0.2 && point.x < x + width + 0.2 && point.y > y - 0.2 && point.y < y + height + 0.2;

/** Which boxes the arrows lead from and to. */
function arrowsOf(svg: string): readonly string[] {
  const boxes = boxesOf(svg);
  const nameAt = (point: { readonly x: number; readonly y: number }) =>
    boxes.find((box) => touches(box, point))?.title.replace(/ \(.*/, "") ?? "?";
  return linesOf(svg)
    .map(({ from, to }) => `${nameAt(from)} > ${nameAt(to)}`)
    .toSorted();
}

/** What holds of every drawing. */
function expectSound(svg: string): void {
  const boxes = boxesOf(svg);
  const { width, height } = rectOf(svg.replace("<rect ", '<rect x="0" y="0" '));
  for (const [i, a] of boxes.entries()) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
    for (const b of boxes.slice(i + 1)) {
      const isApart =
        a.x + a.width < b.x || b.x + b.width < a.x || a.y + a.height < b.y || b.y + b.height < a.y;
      expect(isApart, `${a.title} and ${b.title}`).toBe(true);
    }
  }
  expect(svg).not.toMatch(/NaN|undefined|Infinity|\[object/);
  const known: readonly string[] = Object.values(tones).map(({ light }) => light);
  const style = /<style>.*?<\/style>/.exec(svg)?.[0] ?? "";
  const used = [...svg.replace(style, "").matchAll(/(?:fill|stroke)="(#[0-9a-f]+)"/g)].map(
    ([, colour]) => colour ?? "",
  );
  expect(used.filter((colour) => !known.includes(colour))).toEqual([]);
  for (const { dark, light } of Object.values(tones))
    expect(style).toContain(`[fill="${light}"]{fill:${dark}}`);
}

function stack(): Model {
  return sequential(
    [
      layers.lstm({ units: 50, returnSequences: true, inputShape: [30, 1] }),
      layers.dropout({ rate: 0.2 }),
      layers.lstm({ units: 50 }),
      dense(1, { activation: "relu" }),
    ],
    { name: "forecast" },
  );
}

function desk(): Model {
  const [title, body] = ["title", "body"].map((name) => input({ shape: [40], dtype: "int32", name })) as [
    LayerTensor,
    LayerTensor,
  ];
  const words = layers.embedding({ inputDim: 100, outputDim: 8, name: "words" });
  const h = layers
    .concatenate({ name: "both" })
    .apply([
      layers.lstm({ units: 4, name: "left" }).apply(words.apply(title)),
      layers.bidirectional({ layer: layers.lstm({ units: 4 }), name: "right" }).apply(words.apply(body)),
    ]);
  return model({
    inputs: [title, body],
    outputs: { priority: dense(1, { name: "p" }).apply(h), department: dense(4, { name: "d" }).apply(h) },
  });
}

function autoencoder(): Model {
  const image = input({ shape: [8], name: "image" });
  const encoder = model({
    inputs: image,
    outputs: dense(2, { name: "code" }).apply(dense(4, { name: "wide" }).apply(image)),
    name: "encoder",
  });
  const decoder = sequential([dense(8, { name: "back", inputShape: [2] })], { name: "decoder" });
  const x = input({ shape: [8], name: "x" });
  return model({ inputs: x, outputs: decoder.apply(encoder.apply(x)), name: "auto" });
}

describe("a stack", () => {
  const svg = stack().toSvg();

  test("has a box for its input and each layer, with class, name and shapes", () => {
    expectSound(svg);
    expect(boxesOf(svg).map(({ title, texts }) => [title, ...texts])).toEqual([
      ["x (Input)", "Input", "x", "out", "(None, 30, 1)"],
      ["lstm (LSTM)", "LSTM", "lstm", "in", "(None, 30, 1)", "out", "(None, 30, 50)"],
      ["dropout (Dropout)", "Dropout", "dropout", "in", "(None, 30, 50)", "out", "(None, 30, 50)"],
      ["lstm_1 (LSTM)", "LSTM", "lstm_1", "in", "(None, 30, 50)", "out", "(None, 50)"],
      ["dense (Dense)", "Dense", "dense", "in", "(None, 50)", "out", "(None, 1)"],
    ]);
  });

  test("goes straight down, an arrow from each box to the next", () => {
    expect(arrowsOf(svg)).toEqual(["dropout > lstm_1", "lstm > dropout", "lstm_1 > dense", "x > lstm"]);
    expect(linesOf(svg).every(({ from, to }) => from.x === to.x && from.y < to.y)).toBe(true);
    expect(headsOf(svg)).toBe(4);
    const centres = boxesOf(svg).map(({ x, width }) => x + width / 2);
    expect(Math.max(...centres) - Math.min(...centres)).toBeLessThanOrEqual(0.5);
  });

  test("or to the right", () => {
    const turned = stack().toSvg({ direction: "LR" });
    expectSound(turned);
    expect(arrowsOf(turned)).toEqual(arrowsOf(svg));
    expect(linesOf(turned).every(({ from, to }) => from.y === to.y && from.x < to.x)).toBe(true);
  });

  // Widths of the letters' outlines in DejaVu Sans, a wide font, as resvg 2.6 draws it: at 13 units bold, at 11 regular.
  test.each([
    ["Bidirectional(LSTM)", 13, true, 142.2],
    ["MultiHeadAttention", 13, true, 142.3],
    ["(None, 30, 50)", 11, false, 77.4],
    ["multi_head_attention_12", 11, false, 134.1],
    ["WWWWMMMM", 11, false, 80],
    ["iiiillll", 11, false, 22.4],
  ])("has room for %s, and little more", (text, size, bold, measured) => {
    const width = textWidth(text, size, { bold });
    expect(width).toBeGreaterThan(measured + 1);
    expect(width).toBeLessThan(1.15 * measured + 6);
  });

  test("has boxes as wide as their texts need", () => {
    const widths = boxesOf(svg).map(({ width }) => width);
    expect(Math.min(...widths)).toBeGreaterThanOrEqual(96);
    expect(boxNamed(desk().toSvg(), "right").width).toBeGreaterThan(
      22 + textWidth("Bidirectional(LSTM)", 13, { bold: true }),
    );
    expect(boxNamed(svg, "dense").width).toBeLessThan(140);
  });

  test("is the same each time, whoever draws it", () => {
    expect(stack().toSvg()).toBe(svg);
    expect(plotModel(stack())).toBe(svg);
    expect(autoencoder().toSvg({ expandNested: true })).toBe(autoencoder().toSvg({ expandNested: true }));
  });

  test("a layer named as the input is another box", () => {
    const named = sequential([dense(2, { inputShape: [2], name: "x" }), dense(1, { name: "y" })]).toSvg();
    expect(boxesOf(named).map(({ title }) => title)).toEqual(["x (Input)", "x (Dense)", "y (Dense)"]);
    expect(linesOf(named).length).toBe(2);
  });

  test("needs no weights to be drawn", () => {
    expect(sequential([dense(30_000, { inputShape: [30_000] })]).toSvg()).toContain("(None, 30000)");
  });
});

describe("a graph", () => {
  const svg = desk().toSvg();

  test("has a shared layer once, with the number of its calls", () => {
    expectSound(svg);
    expect(
      boxesOf(svg)
        .filter(({ texts }) => texts[0] === "Embedding")
        .map(({ texts }) => texts),
    ).toEqual([["Embedding", "words · ×2", "in", "(None, 40)", "out", "(None, 40, 8)"]]);
  });

  test("shows every shape that a layer reads and gives once, and the layer inside a wrapper", () => {
    expect(boxNamed(svg, "both").texts).toEqual([
      "Concatenate",
      "both",
      "in",
      "(None, 4)",
      "(None, 8)",
      "out",
      "(None, 12)",
    ]);
    expect(boxNamed(svg, "right").texts[0]).toBe("Bidirectional(LSTM)");
  });

  test("has an arrow for each two boxes of which one reads the other, and boxes for outputs with names", () => {
    expect(arrowsOf(svg)).toEqual([
      "body > words",
      "both > d",
      "both > p",
      "d > department",
      "left > both",
      "p > priority",
      "right > both",
      "title > words",
      "words > left",
      "words > right",
    ]);
    expect(headsOf(svg)).toBe(10);
    expect(boxNamed(svg, "priority").texts).toEqual(["Output", "priority"]);
  });

  test("lists no more than four of many shapes", () => {
    const xs = Array.from({ length: 9 }, (_, i) => input({ shape: [i + 1] }));
    const net = model({ inputs: xs, outputs: layers.concatenate().apply(xs) });
    expect(boxNamed(net.toSvg(), "concatenate").texts.slice(3, 8)).toEqual([
      "(None, 1)",
      "(None, 2)",
      "(None, 3)",
      "(None, 4)",
      "and 5 more",
    ]);
  });

  test("draws state that is handed on, skips, and an input that is an output", () => {
    const [a, b] = [input({ shape: [3, 2], name: "a" }), input({ shape: [3, 2], name: "b" })];
    const [seq = a, h = a, c = a] = layers
      .lstm({ units: 2, returnSequences: true, returnState: true, name: "first" })
      .applyAll(a);
    const second = layers
      .lstm({ units: 2, returnSequences: true, name: "second" })
      .apply(b, { initialState: [h, c] });
    const sum = layers.add({ name: "sum" }).apply([seq, second]);
    const drawn = model({ inputs: [a, b], outputs: [sum, a] }).toSvg();
    expectSound(drawn);
    // The two parts of the state are one arrow.
    expect(arrowsOf(drawn).filter((arrow) => arrow.startsWith("first"))).toEqual([
      "first > second",
      "first > sum",
    ]);
    expect(boxNamed(drawn, "first").texts).toContain("(None, 2)");
    expect(boxesOf(drawn).filter(({ texts }) => texts[0] === "Output").length).toBe(2);
  });

  test("draws layers that read what they gave: an arrow back to the box, and one up", () => {
    const step = dense(4, { name: "step" });
    const x = input({ shape: [4], name: "x" });
    const net = model({
      inputs: x,
      outputs: step.apply(layers.dropout({ rate: 0.1, name: "drop" }).apply(step.apply(step.apply(x)))),
    });
    for (const direction of ["TB", "LR"] as const) {
      const drawn = net.toSvg({ direction });
      expectSound(drawn);
      expect(boxNamed(drawn, "step").texts[1]).toBe("step · ×3");
      expect(arrowsOf(drawn)).toEqual(["drop > step", "step > drop", "step > step", "x > step"]);
    }
  });

  test("shows open numbers of steps as None", () => {
    const x = input({ shape: [null, 4], name: "x" });
    const drawn = model({
      inputs: x,
      outputs: layers.lstm({ units: 3, returnSequences: true }).apply(x),
    }).toSvg();
    expect(boxNamed(drawn, "lstm").texts).toEqual([
      "LSTM",
      "lstm",
      "in",
      "(None, None, 4)",
      "out",
      "(None, None, 3)",
    ]);
  });

  test("may be an input alone", () => {
    const x = input({ shape: [4], name: "x" });
    const drawn = model({ inputs: x, outputs: { y: x } }).toSvg();
    expectSound(drawn);
    expect(arrowsOf(drawn)).toEqual(["x > y"]);
  });
});

describe("options", () => {
  const textsWith = (options: PlotOptions, name = "dense") => boxNamed(stack().toSvg(options), name).texts;

  test.each<[string, PlotOptions, readonly string[]]>([
    ["without shapes", { showShapes: false }, ["Dense", "dense"]],
    ["without names", { showNames: false }, ["Dense", "in", "(None, 50)", "out", "(None, 1)"]],
    ["with neither", { showNames: false, showShapes: false }, ["Dense"]],
    [
      "with dtypes",
      { showDtypes: true },
      ["Dense", "dense", "in", "(None, 50) float32", "out", "(None, 1) float32"],
    ],
    [
      "with dtypes instead of shapes",
      { showDtypes: true, showShapes: false },
      ["Dense", "dense", "in", "float32", "out", "float32"],
    ],
    [
      "with activations",
      { showActivations: true, showShapes: false },
      ["Dense", "dense", "activation", "relu"],
    ],
  ])("%s", (_, options, wanted) => {
    expect(textsWith(options)).toEqual(wanted);
    expectSound(stack().toSvg(options));
  });

  test("showTrainable marks what is frozen, and what has no weights is not", () => {
    const net = stack();
    for (const layer of net.layers.slice(0, 2)) layer.trainable = false;
    const texts = (name: string) => boxNamed(net.toSvg({ showTrainable: true }), name).texts[1];
    expect(["lstm", "dropout", "dense"].map(texts)).toEqual(["lstm · frozen", "dropout", "dense"]);
    expect(boxNamed(net.toSvg(), "lstm").texts[1]).toBe("lstm");
  });

  test("an activation may be a config or a function", () => {
    const net = sequential([
      dense(1, { activation: { name: "leakyRelu", negativeSlope: 0.1 }, inputShape: [1] }),
      dense(1, { activation: (x: Tensor) => x }),
      dense(1),
    ]);
    const svg = net.toSvg({ showActivations: true, showShapes: false });
    expect(
      boxesOf(svg)
        .slice(1)
        .map(({ texts }) => texts.slice(2)),
    ).toEqual([["activation", "leakyRelu"], ["activation", "activation"], []]);
  });

  test.each<[unknown, string]>([
    [{ rankdir: "LR" }, 'plotModel: there is no option "rankdir"'],
    [{ direction: "RL" }, 'plotModel: direction is to be "TB" or "LR", got "RL"'],
    [{ showShapes: 1 }, "plotModel: showShapes is to be true or false, got 1"],
    [{ expandNested: null }, "plotModel: expandNested is to be true or false, got null"],
    ["LR", 'plotModel: options are to be an object, got "LR"'],
    [null, "plotModel: options are to be an object, got null"],
  ])("refuses %j", (options, message) => {
    expect(() => stack().toSvg(wrong(options))).toThrow(RecurraError);
    expect(() => stack().toSvg(wrong(options))).toThrow(message);
  });

  test("a model that cannot be built says why", () => {
    expect(() =>
      sequential([dense(1, { inputShape: [2] }), layers.lstm({ units: 1, name: "l" })]).toSvg(),
    ).toThrow("layer l (LSTM) wants");
  });
});

describe("a model in the model", () => {
  test("is a box", () => {
    const svg = autoencoder().toSvg();
    expectSound(svg);
    expect(boxesOf(svg).map(({ texts }) => texts.slice(0, 2))).toEqual([
      ["Input", "x"],
      ["Functional", "encoder"],
      ["Sequential", "decoder"],
    ]);
    expect(arrowsOf(svg)).toEqual(["encoder > decoder", "x > encoder"]);
  });

  test.each(["TB", "LR"] as const)(
    "or a frame with its own boxes, which arrows lead into and out of: %s",
    (direction) => {
      const svg = autoencoder().toSvg({ expandNested: true, direction });
      expectSound(svg);
      expect(boxesOf(svg).map(({ title }) => title)).toEqual([
        "x (Input)",
        "wide (Dense)",
        "code (Dense)",
        "back (Dense)",
      ]);
      const frames = framesOf(svg);
      expect(frames.length).toBe(2);
      for (const [i, names] of [["wide", "code"], ["back"]].entries()) {
        const frame = frames[i] as { x: number; y: number; width: number; height: number };
        for (const { title, x, y, width, height } of boxesOf(svg)) {
          const isInside =
            x > frame.x &&
            y > frame.y &&
            x + width < frame.x + frame.width &&
            y + height < frame.y + frame.height;
          expect(isInside, title).toBe(names.some((name) => title.startsWith(name)));
        }
      }
      expect(svg).toContain(">encoder · Functional</text>");
      expect(svg).toContain(">decoder · Sequential</text>");
      // One head for each box that is read: where a line goes on inside, it has none.
      expect(headsOf(svg)).toBe(3);
      // Lines that end where others begin: from x through the border to "wide", and from "code" through both to "back".
      const lines = linesOf(svg);
      const follow = (point: { x: number; y: number }): readonly string[] => {
        const box = boxesOf(svg).find((one) => touches(one, point));
        const next = lines.filter(({ from }) => Math.hypot(from.x - point.x, from.y - point.y) < 0.3);
        return box === undefined ? next.flatMap(({ to }) => follow(to)) : [box.title];
      };
      const starts = (name: string) => lines.filter(({ from }) => touches(boxNamed(svg, name), from));
      expect(starts("x").flatMap(({ to }) => follow(to))).toEqual(["wide (Dense)"]);
      expect(starts("code").flatMap(({ to }) => follow(to))).toEqual(["back (Dense)"]);
      expect(starts("back")).toEqual([]);
    },
  );

  test("may have several inputs and outputs, be shared, and hold further models", () => {
    const arithmetic = (name: string) => {
      const [a, b] = [input({ shape: [6] }), input({ shape: [6] })];
      const inner = sequential([dense(6, { inputShape: [6] })], { name: "inner" });
      return model({
        inputs: [a, b],
        outputs: [layers.add().apply([a, b]), layers.multiply().apply([a, inner.apply(b)])],
        name,
      });
    };
    const [x, z] = [input({ shape: [6], name: "x" }), input({ shape: [6], name: "z" })];
    const [first, second] = [arithmetic("first"), arithmetic("second")];
    const [p = x, q = x] = first.applyAll([x, z]);
    const [r = x, s = x] = second.applyAll([q, p]);
    const [u = x, v = x] = second.applyAll([r, z]);
    const net = model({ inputs: [x, z], outputs: [layers.add().apply([u, s]), v] });
    for (const direction of ["TB", "LR"] as const) {
      const svg = net.toSvg({ expandNested: true, direction });
      expectSound(svg);
      expect(framesOf(svg).length).toBe(4);
      expect(svg).toContain(">second · Functional · ×2</text>");
      expect(svg).toContain(">inner · Sequential</text>");
    }
    expectSound(net.toSvg());
  });
});

describe("text", () => {
  class Odd extends Layer {
    readonly className = 'A<B>&"C"';
    constructor(config: LayerConfig) {
      super(config);
    }
    override call(x: Tensor): Tensor {
      return x;
    }
  }
  const odd = (name: string) => sequential([new Odd({ name, inputShape: [1] })]).toSvg();

  test("is escaped, and what XML cannot hold is replaced", async () => {
    const svg = odd('<script>"&\u0001\ud800');
    expectSound(svg);
    expect(svg).not.toContain("<script>");
    expect(boxesOf(svg)[1]?.texts.slice(0, 2)).toEqual(['A<B>&"C"', '<script>"&\ufffd\ufffd']);
    expect((await renderPng(svg)).length).toBeGreaterThan(1000);
  });

  test("that is long is cut in the box and whole in its title", () => {
    const name = "x".repeat(300);
    const box = boxesOf(odd(name))[1] as Box;
    expect(box.texts[1]).toBe(`${"x".repeat(43)}…`);
    expect(box.title.startsWith(name)).toBe(true);
    expect(box.width).toBeLessThan(500);
  });

  test("of other scripts has room", () => {
    const width = (name: string) => boxesOf(odd(name))[1]?.width ?? 0;
    expect(width("層".repeat(20))).toBeGreaterThan(width("l".repeat(20)) + 100);
  });
});

test("drawings are SVG that renders, with a name for those who cannot see it", async () => {
  for (const svg of [
    stack().toSvg(),
    desk().toSvg({ direction: "LR" }),
    autoencoder().toSvg({ expandNested: true }),
  ]) {
    expect(svg).toMatch(
      /^<svg xmlns="http:\/\/www.w3.org\/2000\/svg" role="img" width="\d+" height="\d+" viewBox="0 0 \d+ \d+"/,
    );
    expect(svg).toMatch(/<title>Model \w+<\/title>/);
    const png = await renderPng(svg, { zoom: 1 });
    const size = new DataView(png.buffer, png.byteOffset);
    const { width, height } = rectOf(svg.replace("<rect ", '<rect x="0" y="0" '));
    expect([size.getUint32(16), size.getUint32(20)]).toEqual([width, height]);
  }
});
