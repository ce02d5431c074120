// Confusion matrix and classification report of arrays.

import { describe, expect, test } from "vitest";
import {
  type ConfusionOptions,
  classificationReport,
  confusionMatrix,
  formatReport,
} from "../../../src/nn/metrics/report.ts";
import { ndarray } from "../../../src/tensor/nd-array.ts";

const yTrue = [0, 0, 1, 1, 1, 2];
const yPred = [0, 1, 1, 1, 0, 0];
const matrix = [
  [1, 1, 0],
  [1, 2, 0],
  [1, 0, 0],
];

describe("confusionMatrix", () => {
  test("counts true classes by row and predicted ones by column", () => {
    expect(confusionMatrix(yTrue, yPred).toNested()).toEqual(matrix);
    expect(confusionMatrix(ndarray(yTrue, { dtype: "int32" }), ndarray(yPred)).toNested()).toEqual(matrix);
    expect(confusionMatrix(yTrue, yPred, { classes: 4 }).shape).toEqual([4, 4]);
    expect(confusionMatrix(yTrue, yPred).dtype).toBe("float64");
  });

  test("of scores, the largest counts; of probabilities, those above the threshold", () => {
    const scores = yPred.map((label) => [0, 1, 2].map((i) => (i === label ? 0.8 : 0.1)));
    expect(confusionMatrix(yTrue, scores).toNested()).toEqual(matrix);
    expect(
      confusionMatrix(
        yTrue.map((label) => [label]),
        scores,
      ).toNested(),
    ).toEqual(matrix);
    const binary = confusionMatrix([0, 1, 1, 0], [[0.2], [0.6], [0.4], [0.9]], { threshold: 0.5 });
    expect(binary.toNested()).toEqual([
      [1, 1],
      [1, 1],
    ]);
  });

  test("of steps, with weights for rows or for places, and labels left out", () => {
    const y = [
      [0, 1],
      [1, 2],
      [2, -1],
    ];
    const p = [
      [0, 1],
      [0, 2],
      [1, 1],
    ];
    expect(confusionMatrix(y, p, { ignoreClass: -1 }).toNested()).toEqual([
      [1, 0, 0],
      [1, 1, 0],
      [0, 1, 1],
    ]);
    expect(confusionMatrix(y, p, { ignoreClass: -1, sampleWeight: [1, 0.5, 2] }).toNested()).toEqual([
      [1, 0, 0],
      [0.5, 1, 0],
      [0, 2, 0.5],
    ]);
    const places = [
      [1, 0],
      [0, 1],
      [1, 1],
    ];
    expect(confusionMatrix(y, p, { ignoreClass: -1, sampleWeight: places }).toNested()).toEqual([
      [1, 0, 0],
      [0, 0, 0],
      [0, 1, 1],
    ]);
  });

  test.each([
    [
      [0, 1],
      [0, 0.7],
      {},
      "label-range",
      "confusionMatrix: yPred holds 0.7 at place 1; labels are whole numbers from 0 to 1 (for probabilities give a threshold)",
    ],
    [
      [0, 5],
      [0, 1],
      { classes: 3 },
      "label-range",
      "confusionMatrix: yTrue holds 5 at place 1; labels are whole numbers from 0 to 2",
    ],
    [
      [0, -1],
      [0, 1],
      {},
      "label-range",
      "confusionMatrix: yTrue holds -1 at place 1; labels are whole numbers from 0 to 1",
    ],
    [
      [0, 1],
      [0, 1, 1],
      {},
      "metric-shape",
      "confusionMatrix: labels [2] want labels or scores of classes for each place, got [3]",
    ],
    [
      [0, 1],
      [
        [0.1, 0.9],
        [0.2, 0.8],
      ],
      { threshold: 0.5 },
      "metric-shape",
      "confusionMatrix: labels [2] want probabilities for each place, got [2, 2]",
    ],
    [
      [0, 1],
      [0, 1],
      { sampleWeight: [1, 2, 3] },
      "metric-shape",
      "confusionMatrix: sampleWeight [3] does not fit labels [2]",
    ],
    [
      [0, 1],
      [0, 1],
      { classes: 0 },
      "option-value",
      "confusionMatrix: classes is to be a positive whole number, got 0",
    ],
    [[0, 1], [0, 1], { class: 2 }, "unknown-option", /there is no option "class"\. Did you mean "classes"\?/],
  ] as const)("refuses %j, %j, %j", (y, p, options, code, message) => {
    const text = typeof message === "string" ? message : expect.stringMatching(message);
    expect(() => confusionMatrix(y, p, options as ConfusionOptions)).toThrow(
      expect.objectContaining({ code, message: text }),
    );
  });
});

describe("classificationReport", () => {
  const report = classificationReport(yTrue, yPred, { names: ["cat", "dog", "eel"] });

  test("gives the scores of each class", () => {
    expect(report.classes).toEqual([
      { name: "cat", precision: 1 / 3, recall: 1 / 2, f1Score: 2 / 5, support: 2 },
      { name: "dog", precision: 2 / 3, recall: 2 / 3, f1Score: 2 / 3, support: 3 },
      { name: "eel", precision: 0, recall: 0, f1Score: 0, support: 1 },
    ]);
    expect(report.accuracy).toBe(3 / 6);
  });

  test("gives their means", () => {
    const { macro, weighted } = report;
    expect(macro.precision).toBeCloseTo((1 / 3 + 2 / 3) / 3, 12);
    expect(macro.recall).toBeCloseTo((1 / 2 + 2 / 3) / 3, 12);
    expect(macro.f1Score).toBeCloseTo((2 / 5 + 2 / 3) / 3, 12);
    expect(weighted.precision).toBeCloseTo((2 * (1 / 3) + 3 * (2 / 3)) / 6, 12);
    expect(weighted.recall).toBeCloseTo(3 / 6, 12);
    expect(macro.support).toBe(6);
  });

  test("as text", () => {
    expect(formatReport(report)).toBe(
      [
        "               precision  recall     F1  support",
        "cat                0.333   0.500  0.400        2",
        "dog                0.667   0.667  0.667        3",
        "eel                0.000   0.000  0.000        1",
        "accuracy                          0.500        6",
        "macro mean         0.333   0.389  0.356        6",
        "weighted mean      0.444   0.500  0.467        6",
      ].join("\n"),
    );
  });

  test("numbers classes that have no names, and wants a name for each", () => {
    expect(classificationReport(yTrue, yPred).classes.map(({ name }) => name)).toEqual(["0", "1", "2"]);
    expect(() => classificationReport(yTrue, yPred, { names: ["a", "b", "c", "d"], classes: 3 })).toThrow(
      "classificationReport: names are to be 3, one for each class, got 4",
    );
    expect(() => classificationReport(yTrue, yPred, { names: ["a", "b"] })).toThrow(
      "yTrue holds 2 at place 5",
    );
  });
});
