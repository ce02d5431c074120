// Numbers written as text, and names that were misspelt.

import { expect, test } from "vitest";
import { readNumberTexts } from "../../src/data/number-text.ts";
import { nearestName } from "../../src/platform/nearest.ts";

const read = (texts: readonly string[], delimiter?: string) =>
  readNumberTexts(texts, "units", (position) => `row ${position + 2}`, delimiter);

test.each<[string, string[], string | undefined, number[]]>([
  ["plain", ["1", "-2.5", "1e3"], undefined, [1, -2.5, 1000]],
  ["decimal commas", ["1.234,5", "7"], undefined, [1234.5, 7]],
  ["percents", ["12 %", "7.5%"], undefined, [12, 7.5]],
  ["amounts of money", ["$1,234.50", "$7"], undefined, [1234.5, 7]],
  ["thousands", ["1,234.5", "7"], undefined, [1234.5, 7]],
  ["thousands set off by spaces", ["1 234", "7"], undefined, [1234, 7]],
  ["1,234 in a file with commas between columns", ["1,234", "7"], ",", [1234, 7]],
  ["1,234 in a file with semicolons between columns", ["1,234", "7"], ";", [1.234, 7]],
])("%s", (_, texts, delimiter, expected) => {
  expect([...read(texts, delimiter).values]).toEqual(expected);
});

test("a comma that may mean either is refused", () => {
  expect(() => read(["7", "1,234"])).toThrow(
    'Column "units": whether the comma separates decimals or thousands cannot be told (row 3: "1,234").',
  );
});

test("rows that are no numbers are named", () => {
  expect(() => read(["1", "n/a", "3", "?"])).toThrow(
    'Column "units", row 3: "n/a" is not a number. Nor is row 5: "?". Correct the file.',
  );
});

test("the nearest name", () => {
  const columns = ["month", "passengers", "Store ID"];
  expect(nearestName("mnoth", columns)).toBe("month");
  expect(nearestName("pasengers", columns)).toBe("passengers");
  expect(nearestName("passenger", columns)).toBe("passengers");
  expect(nearestName("store id", columns)).toBe("Store ID");
  expect(nearestName("price", columns)).toBeUndefined();
});
