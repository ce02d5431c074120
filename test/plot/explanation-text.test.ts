// The coloured text: its colours and hints, how it wraps, and texts from right to left.

import { expect, test } from "vitest";
import { LOWERS, RAISES } from "../../src/plot/explanation-parts.ts";
import { colouredTextHtml, colouredTextPage, wordSegments } from "../../src/plot/explanation-text.ts";
import { breakLines, directionOf, piecesOf, placeLine } from "../../src/plot/explanation-text-lines.ts";
import { colouredTextSvg } from "../../src/plot/explanation-text-svg.ts";
import { textWidth } from "../../src/plot/explanation-text-width.ts";
import { renderPng } from "../../src/plot/png.ts";

const segments = [
  { text: "superb", value: 0.5 },
  { text: " & " },
  { text: "dull", value: -0.25 },
  { text: ", <" },
  { text: "film", value: 0.001 },
  { text: ">." },
];

test("HTML: red raises, blue lowers, as deep as the value; values under the mouse; text as text", () => {
  const html = colouredTextHtml({
    segments,
    title: "a < b",
    prediction: 0.75,
    baseValue: 0.5,
    output: "positive",
  });
  expect(html).toContain(
    '<mark style="background:rgba(229,72,77,0.62)" title="superb: +0.500">superb</mark> &amp; ',
  );
  expect(html).toContain(
    '<mark style="background:rgba(59,130,246,0.31)" title="dull: −0.250">dull</mark>, &lt;',
  );
  expect(html).toContain('<mark title="film: +0.001">film</mark>&gt;.');
  expect(html).toContain("a &lt; b");
  expect(html).toContain("positive = 0.750, base value 0.500");
  expect(html).toContain("lowers −0.500");
  expect(html).toContain('<p dir="auto">');
  const page = colouredTextPage([{ segments }, { segments, scale: 1 }], "Reviews");
  expect(page.match(/<figure/g)?.length).toBe(2);
  expect(page).toContain('title="superb: +0.500"');
  expect(page).toContain("rgba(229,72,77,0.31)"); // half of the scale of 1
  expect(page).toContain('<meta charset="utf-8">');
});

const textsOf = (svg: string) =>
  [...svg.matchAll(/<text x="([\d.-]+)" y="([\d.]+)"[^>]*>([^<]*)</g)].map(([, x, y, text]) => ({
    x: Number(x),
    y: Number(y),
    text,
  }));

test("SVG: a box for each word with a value, lines that wrap, and a PNG", async () => {
  const features = Array.from({ length: 60 }, (_, i) => ({ name: `word${i}`, value: i % 2 === 0 ? i : -i }));
  const padded = { baseValue: 0, prediction: 30, features: [{ name: "", value: 1 }, ...features] };
  const svg = colouredTextSvg({ segments: wordSegments(padded), width: 400 });
  const words = textsOf(svg).filter(({ text }) => text?.startsWith("word"));
  expect(words.length).toBe(60);
  expect(Math.max(...words.map(({ x, text = "" }) => x + textWidth(text, 15)))).toBeLessThanOrEqual(
    400 - 14 + 0.1,
  );
  expect(new Set(words.map(({ y }) => y)).size).toBeGreaterThan(5);
  // 0 and 1 of 59 are next to nothing; each side has three boxes in the scale.
  expect(svg.match(new RegExp(`fill="${RAISES}"`, "g"))?.length).toBe(29 + 3);
  expect(svg.match(new RegExp(`fill="${LOWERS}"`, "g"))?.length).toBe(29 + 3);
  expect(svg).toContain("<title>word59: −59.0</title>");
  expect(svg).toContain("prefers-color-scheme:dark");
  const height = Number(/height="(\d+)"/.exec(svg)?.[1]);
  expect(Math.max(...words.map(({ y }) => y))).toBeLessThan(height);
  const png = await renderPng(svg, { zoom: 0.5 });
  expect([...png.subarray(1, 4)]).toEqual([0x50, 0x4e, 0x47]);
});

/** What is read from the left on each line. */
function seen(text: string, width = 1e6): string[] {
  const direction = directionOf(text);
  return breakLines(piecesOf(text, undefined), width, 10).map((line) => {
    const placed = placeLine(line, direction, width, 10);
    for (const [i, piece] of placed.entries()) {
      const next = placed[i + 1];
      if (next !== undefined) expect(next.x).toBeCloseTo(piece.x + piece.width, 6);
    }
    return placed.map((piece) => piece.text).join("");
  });
}

test("lines: from right to left the last word comes first, and what is read from left to right keeps its order", () => {
  expect(directionOf("12 (אבג) abc")).toBe("ltr"); // a number counts as one that is written so
  expect(directionOf("… (אבג) abc")).toBe("rtl");
  expect(directionOf("123")).toBe("ltr");
  expect(directionOf("!?")).toBe("ltr");
  expect(seen("one two three")).toEqual(["one two three"]);
  expect(seen("אבג דהו זחט")).toEqual(["זחט דהו אבג"]);
  expect(seen("אבג Tom Hanks זחט")).toEqual(["זחט Tom Hanks אבג"]);
  expect(seen("see אבג דהו now")).toEqual(["see דהו אבג now"]);
  // A bracket by itself is turned round, so that it still opens.
  expect(seen("אבג ( דהו ) זחט")).toEqual(["זחט ( דהו ) אבג"]);
  const [piece] = placeLine(piecesOf("אבג", undefined), "rtl", 100, 10);
  expect((piece?.x ?? 0) + (piece?.width ?? 0)).toBeCloseTo(100, 6);
});

test("lines break at spaces and where the text does, and words that are wider than a line anywhere", () => {
  expect(seen("a b\nc\r\n\nd")).toEqual(["a b", "c", "", "d"]);
  const lines = seen("xxxxxxxxxxxxxxxxxxxx yy yy", 60);
  expect(lines.join("").replaceAll(" ", "")).toBe("xxxxxxxxxxxxxxxxxxxxyyyy");
  for (const line of lines) expect(textWidth(line, 10)).toBeLessThanOrEqual(60);
});

test("bad input is named", () => {
  expect(() => colouredTextHtml({ segments: [] })).toThrow("colouredTextHtml: there is no text to colour");
  expect(() => colouredTextSvg({ segments: [{ text: "a", value: Number.NaN }] })).toThrow(
    'colouredTextSvg: the value of "a" is NaN; wanted a finite number',
  );
  expect(() => colouredTextSvg({ segments, width: 100 })).toThrow(
    "colouredTextSvg: width is 100; wanted a number from 300 up",
  );
});
