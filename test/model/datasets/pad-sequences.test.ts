// padSequences: Keras' own examples, vectors, dtypes, and what is refused.

import { describe, expect, test } from "vitest";
import { type PadOptions, padSequences } from "../../../src/model/datasets/pad-sequences.ts";
import { NdArray, ndarray } from "../../../src/tensor/nd-array.ts";

// The cases of keras/src/utils/sequence_utils_test.py, Keras 3.
describe("as Keras", () => {
  test.each<[string, PadOptions, number[][]]>([
    [
      "defaults",
      {},
      [
        [0, 0, 1],
        [0, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      "pre",
      { maxLength: 3, padding: "pre" },
      [
        [0, 0, 1],
        [0, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      "post",
      { maxLength: 3, padding: "post" },
      [
        [1, 0, 0],
        [2, 3, 0],
        [4, 5, 6],
      ],
    ],
    [
      "cut before",
      { maxLength: 2, truncating: "pre" },
      [
        [0, 1],
        [2, 3],
        [5, 6],
      ],
    ],
    [
      "cut after",
      { maxLength: 2, truncating: "post" },
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
    ],
    [
      "a value",
      { maxLength: 3, value: 1 },
      [
        [1, 1, 1],
        [1, 2, 3],
        [4, 5, 6],
      ],
    ],
    [
      "longer than all",
      { maxLength: 4, padding: "post", value: -1 },
      [
        [1, -1, -1, -1],
        [2, 3, -1, -1],
        [4, 5, 6, -1],
      ],
    ],
  ])("%s", (_, options, wanted) => {
    const padded = padSequences([[1], [2, 3], [4, 5, 6]], options);
    expect(padded.dtype).toBe("int32");
    expect(padded.toNested()).toEqual(wanted);
  });

  test.each<[string, PadOptions, number[][][]]>([
    [
      "pre",
      { maxLength: 3 },
      [
        [
          [0, 0],
          [0, 0],
          [1, 1],
        ],
        [
          [0, 0],
          [2, 1],
          [2, 2],
        ],
        [
          [3, 1],
          [3, 2],
          [3, 3],
        ],
      ],
    ],
    [
      "post",
      { maxLength: 3, padding: "post" },
      [
        [
          [1, 1],
          [0, 0],
          [0, 0],
        ],
        [
          [2, 1],
          [2, 2],
          [0, 0],
        ],
        [
          [3, 1],
          [3, 2],
          [3, 3],
        ],
      ],
    ],
    [
      "cut before",
      { maxLength: 2 },
      [
        [
          [0, 0],
          [1, 1],
        ],
        [
          [2, 1],
          [2, 2],
        ],
        [
          [3, 2],
          [3, 3],
        ],
      ],
    ],
    [
      "cut after",
      { maxLength: 2, truncating: "post" },
      [
        [
          [0, 0],
          [1, 1],
        ],
        [
          [2, 1],
          [2, 2],
        ],
        [
          [3, 1],
          [3, 2],
        ],
      ],
    ],
    [
      "a value",
      { maxLength: 3, value: 1 },
      [
        [
          [1, 1],
          [1, 1],
          [1, 1],
        ],
        [
          [1, 1],
          [2, 1],
          [2, 2],
        ],
        [
          [3, 1],
          [3, 2],
          [3, 3],
        ],
      ],
    ],
  ])("vectors, %s", (_, options, wanted) => {
    const vectors = [
      [[1, 1]],
      [
        [2, 1],
        [2, 2],
      ],
      [
        [3, 1],
        [3, 2],
        [3, 3],
      ],
    ];
    expect(padSequences(vectors, options).toNested()).toEqual(wanted);
  });
});

test("typed arrays, NdArrays and lists together, in the dtype asked for", () => {
  const sequences = [new Float32Array([0.5]), ndarray([1.5, 2.5]), [3]];
  const padded = padSequences(sequences, { dtype: "float32", value: -0.25 });
  expect(padded.dtype).toBe("float32");
  expect(padded.toNested()).toEqual([
    [-0.25, 0.5],
    [1.5, 2.5],
    [-0.25, 3],
  ]);
});

test("whole numbers that float32 cannot hold come through", () => {
  expect(padSequences([[2 ** 24 + 1]]).toArray()).toEqual([2 ** 24 + 1]);
});

test("empty sequences are nothing but padding, of vectors too", () => {
  expect(padSequences([[], [[1, 2]]], { value: 9 }).toNested()).toEqual([[[9, 9]], [[1, 2]]]);
  expect(padSequences([[], []], { maxLength: 2 }).toNested()).toEqual([
    [0, 0],
    [0, 0],
  ]);
  expect(padSequences([]).shape).toEqual([0, 0]);
});

test("what it was given stays as it was", () => {
  const given = new Int32Array([1, 2, 3]);
  padSequences([given], { maxLength: 3 }).data[0] = 7;
  expect([...given]).toEqual([1, 2, 3]);
});

test.each<[string, () => unknown, string]>([
  [
    "an unknown option",
    () => padSequences([[1]], { maxlen: 2 } as PadOptions),
    'padSequences: there is no option "maxlen". Did you mean "maxLength"?',
  ],
  [
    "no length",
    () => padSequences([[1]], { maxLength: 0 }),
    "padSequences: maxLength is to be a positive whole number, got 0",
  ],
  [
    "no side",
    () => padSequences([[1]], { padding: "left" as "pre" }),
    'padSequences: padding is to be one of pre, post, got "left"',
  ],
  [
    "no cut",
    () => padSequences([[1]], { truncating: "both" as "pre" }),
    "padSequences: truncating is to be one of pre, post",
  ],
  [
    "no dtype",
    () => padSequences([[1]], { dtype: "int8" as "int32" }),
    "padSequences: dtype is to be one of float32",
  ],
  [
    "a value of another dtype",
    () => padSequences([[1]], { value: 0.5 }),
    "padSequences: value is to be a number of dtype int32, got 0.5",
  ],
  [
    "a fraction",
    () => padSequences([[1], [0.5]]),
    "padSequences: sequence 1: ndarray: the value at [0] is 0.5; wanted int32",
  ],
  [
    "a fraction in an array",
    () => padSequences([new Float32Array([0.5])]),
    "padSequences: sequence 0: row 0, at [0], is 0.5; whole numbers are wanted",
  ],
  [
    "a number",
    () => padSequences([1, 2] as never),
    "padSequences: sequence 0: wants a list or an array, got 1",
  ],
  [
    "no list",
    () => padSequences(new Int32Array(3) as never),
    "padSequences: sequences: wants a list of them",
  ],
  [
    "vectors of other widths",
    () => padSequences([[[1, 2]], [[1, 2, 3]]]),
    "padSequences: sequence 1: its shape is [1, 3]; wanted [steps, 2], like those before it",
  ],
  [
    "a number among vectors",
    () => padSequences([[[1, 2]], [3]]),
    "padSequences: sequence 1: its shape is [1]; wanted [steps, 2]",
  ],
  [
    "a scalar",
    () => padSequences([new NdArray(new Int32Array(1), [])]),
    "padSequences: sequence 0: its shape is []; wanted [steps]",
  ],
])("refuses %s", (_, make, message) => {
  expect(make).toThrow(message);
});
