// Numbers written as text, and names that were misspelt.

import { expect, test } from "vitest";
import { errorOf } from "../../src/data/faults.ts";
import { looksLikeNumbers, readNumberTexts } from "../../src/data/number-text.ts";
import { nearestName } from "../../src/platform/nearest.ts";

const rowName = (position: number) => `row ${position + 2}`;
const read = (texts: readonly string[], delimiter?: string) =>
  readNumberTexts(texts, "units", rowName, delimiter);

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
  const { values, faults: [fault] = [] } = read(["1", "many", "3", "1 or 2"]);
  expect([...values]).toEqual([1, Number.NaN, 3, Number.NaN]);
  expect(fault?.rows).toEqual([1, 3]);
  expect(fault && errorOf(fault, rowName)).toMatchObject({
    code: "target-not-a-number",
    message: 'Column "units", row 3: "many" is not a number. Nor is row 5: "1 or 2". Correct the file.',
  });
});

test.each(["", "NA", "n/a", "#N/A", "NaN", "null", "None", "-", "--", ".", "?", "missing"])(
  "%j is no value",
  (text) => {
    const { values, note, faults } = read(["1,5", text, "2,5"], ";");
    expect([...values]).toEqual([1.5, Number.NaN, 2.5]);
    expect(faults).toBeUndefined();
    const forms = 'The numbers of "units" are read with a decimal comma (1.234,5).';
    expect(note).toBe(text === "" ? forms : `${forms} In "units", "${text}" is read as no value.`);
  },
);

test("a column of numbers with a few holes looks like numbers", () => {
  expect(looksLikeNumbers(["1", "NA", "NA", "2"])).toBe(true);
  expect(looksLikeNumbers(["NA", "NA"])).toBe(false);
  expect(looksLikeNumbers(["1", "b", "3"])).toBe(false);
});

test("rows are read in the form that most of them have", () => {
  const { values, faults: [fault] = [] } = read(["1.5", "2.5", "3,5"]);
  expect([...values]).toEqual([1.5, 2.5, Number.NaN]);
  expect(fault?.rows).toEqual([2]);
});

test("the nearest name", () => {
  const columns = ["month", "passengers", "Store ID"];
  expect(nearestName("mnoth", columns)).toBe("month");
  expect(nearestName("pasengers", columns)).toBe("passengers");
  expect(nearestName("passenger", columns)).toBe("passengers");
  expect(nearestName("store id", columns)).toBe("Store ID");
  expect(nearestName("price", columns)).toBeUndefined();
});
