// Word clouds: sizes by weight, no word over another, bad input.

import { describe, expect, test } from "vitest";
import { wordCloudSvg } from "../../src/plot/word-cloud.ts";

interface Box {
  readonly text: string;
  readonly size: number;
  readonly x: number;
  readonly y: number;
  readonly width: number;
}

const boxesOf = (svg: string): readonly Box[] =>
  [
    ...svg.matchAll(
      /<text x="([\d.]+)" y="([\d.]+)" font-size="([\d.]+)" textLength="([\d.]+)"[^>]*>([^<]*)<\/text>/g,
    ),
  ].map(([, x, y, size, width, text]) => ({
    text: text ?? "",
    size: Number(size),
    x: Number(x),
    y: Number(y) - 0.8 * Number(size),
    width: Number(width),
  }));

describe("wordCloudSvg", () => {
  const words = Array.from({ length: 40 }, (_, i) => ({ text: `word${i}`, weight: 40 - i }));

  test("draws heavier words larger, inside the drawing, none over another", () => {
    const boxes = boxesOf(wordCloudSvg({ words, width: 500, height: 300 }));
    expect(boxes.length).toBeGreaterThan(20);
    expect(boxes[0]).toMatchObject({ text: "word0", size: 44 });
    const sizes = boxes.map(({ size }) => size);
    expect(sizes).toEqual(sizes.toSorted((a, b) => b - a));
    for (const [i, a] of boxes.entries()) {
      expect(a.x).toBeGreaterThanOrEqual(0);
      expect(a.x + a.width).toBeLessThanOrEqual(500);
      for (const b of boxes.slice(i + 1)) {
        const apart =
          a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.size || b.y >= a.y + a.size;
        expect(apart, `${a.text} and ${b.text}`).toBe(true);
      }
    }
  });

  test("makes a word that is too long fit, and escapes", () => {
    const [box] = boxesOf(wordCloudSvg({ words: [{ text: "w".repeat(90), weight: 1 }], width: 300 }));
    expect(box?.width).toBeLessThanOrEqual(300);
    expect(wordCloudSvg({ words: [{ text: "<b>&", weight: 1 }], title: '"a"' })).toContain(
      "&lt;b&gt;&amp;</text>",
    );
  });

  test("names what is wrong", () => {
    expect(() => wordCloudSvg({ words: [] })).toThrow("there are no words");
    expect(() => wordCloudSvg({ words: [{ text: "a", weight: 0 }] })).toThrow('the weight of "a" is 0');
  });
});
