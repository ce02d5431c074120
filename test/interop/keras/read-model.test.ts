import { describe, expect, it } from "vitest";
import { readModel } from "../../../src/interop/keras/read-model.ts";

const input = (name: string, shape: readonly (number | null)[]) => ({
  module: "keras.layers",
  class_name: "InputLayer",
  config: { batch_shape: [null, ...shape], dtype: "float32", name },
  name,
  inbound_nodes: [],
});
const tensor = (layer: string, call = 0, output = 0, shape: readonly (number | null)[] = [null, 4, 3]) => ({
  class_name: "__keras_tensor__",
  config: { shape, dtype: "float32", keras_history: [layer, call, output] },
});
type Call = readonly [args: readonly unknown[], kwargs?: object];
const layer = (className: string, name: string, config: object, ...calls: readonly Call[]) => ({
  module: "keras.layers",
  class_name: className,
  config: { name, trainable: true, ...config },
  name,
  inbound_nodes: calls.map(([args, kwargs = {}]) => ({ args, kwargs })),
});
const operation = (className: string, name: string, ...calls: readonly Call[]) => ({
  ...layer(className, name, {}, ...calls),
  module: "keras.src.ops.numpy",
  config: { name },
});
const graph = (layers: readonly object[], inputs: unknown, outputs: unknown, name = "net") => ({
  class_name: "Functional",
  config: { name, layers, input_layers: inputs, output_layers: outputs },
});
const read = (json: unknown) => readModel(json, "a.keras");

describe("readModel of stacks", () => {
  it("takes the input's shape from wherever it stands", () => {
    const dense = { class_name: "Dense", config: { name: "d", units: 2 } };
    const stack = (config: object) => read({ class_name: "Sequential", config: { name: "s", ...config } });
    const wanted = { className: "Dense", config: { name: "d", units: 2, inputShape: [3] } };
    expect(stack({ layers: [input("x", [3]), dense] }).layers).toEqual([wanted]);
    expect(stack({ layers: [dense], build_input_shape: [null, 3] }).layers).toEqual([wanted]);
    const older = { ...dense, config: { ...dense.config, batch_input_shape: [null, 3] } };
    expect(stack({ layers: [older] }).layers).toEqual([wanted]);
    // Keras 2.0 held the layers as the config itself.
    expect(read({ class_name: "Sequential", config: [older] }).layers).toEqual([wanted]);
  });

  it("asks for a shape that is not known", () => {
    const dense = { class_name: "Dense", config: { name: "d", units: 2 } };
    expect(() => read({ class_name: "Sequential", config: { name: "s", layers: [dense] } })).toThrow(
      "a.keras: the shape of the input s is not in the file; say it: { inputShapes: { s: […] } }",
    );
    const image = {
      class_name: "Sequential",
      config: { name: "s", layers: [input("x", [8, null, 3]), dense] },
    };
    expect(() => read(image)).toThrow(
      "a.keras: the shape of the input s is [8, ?, 3]; say it: { inputShapes: { s: [8, …, 3] } }",
    );
    const record = readModel(image, "a.keras", { inputShapes: { s: [8, 5, 3] } });
    expect(record.layers[0]?.config.inputShape).toEqual([8, 5, 3]);
  });

  it("names a model of a user's own class, and a stack without layers", () => {
    expect(() => read({ class_name: "MyModel", config: {} })).toThrow(
      /a\.keras: the model is of the class MyModel; Recurra reads those of the classes Sequential and Functional/,
    );
    expect(() => read({ class_name: "Sequential", config: { name: "s", layers: [] } })).toThrow(
      "a.keras: the stack has no layers",
    );
  });
});

describe("readModel of graphs", () => {
  it("reads calls in the order in which they can be made", () => {
    const record = read(
      graph(
        [
          layer("Dense", "out", { units: 1 }, [[tensor("twice", 1)]]),
          input("x", [4, 3]),
          layer("Dense", "twice", { units: 3 }, [[tensor("x")]], [[tensor("twice", 0)]]),
        ],
        ["x", 0, 0],
        [
          ["out", 0, 0],
          ["twice", 0, 0],
        ],
      ),
    );
    expect(record.layers.map(({ config }) => config.name)).toEqual(["out", "twice"]);
    expect(record.calls).toEqual([
      { layer: 1, inputs: [{ input: 0 }] },
      { layer: 1, inputs: [{ call: 0, output: 0 }] },
      { layer: 0, inputs: [{ call: 1, output: 0 }] },
    ]);
    expect(record.outputs).toEqual([
      { name: "out", tensor: { call: 2, output: 0 } },
      { name: "twice", tensor: { call: 0, output: 0 } },
    ]);
  });

  it("keeps tensors among options, and drops what says nothing", () => {
    const record = read(
      graph(
        [
          input("x", [4, 3]),
          input("m", [4, 4]),
          layer("LSTM", "first", { units: 3, return_state: true }, [
            [tensor("x")],
            { training: false, mask: null },
          ]),
          layer("LSTM", "second", { units: 3, return_sequences: true }, [
            [tensor("x"), [tensor("first", 0, 1), tensor("first", 0, 2)]],
            { mask: null },
          ]),
          layer("MultiHeadAttention", "heads", { num_heads: 1, key_dim: 2 }, [
            [tensor("second")],
            {
              value: tensor("x"),
              key: null,
              attention_mask: tensor("m"),
              use_causal_mask: true,
              return_attention_scores: false,
            },
          ]),
        ],
        [
          ["x", 0, 0],
          ["m", 0, 0],
        ],
        { attended: ["heads", 0, 0] },
      ),
    );
    expect(record.calls).toEqual([
      { layer: 0, inputs: [{ input: 0 }] },
      {
        layer: 1,
        inputs: [{ input: 0 }],
        options: { initialState: [{ tensor: { call: 0, output: 1 } }, { tensor: { call: 0, output: 2 } }] },
      },
      {
        layer: 2,
        inputs: [{ call: 1, output: 0 }, { input: 0 }],
        options: { attentionMask: { tensor: { input: 1 } }, useCausalMask: true },
      },
    ]);
    expect(record.outputs).toEqual([{ name: "attended", tensor: { call: 2, output: 0 } }]);
  });

  it("takes whole numbers where a table reads them", () => {
    const words = (name: string) =>
      layer("Embedding", name, { input_dim: 5, output_dim: 2 }, [[tensor("ids")]]);
    const inner = graph(
      [input("in", [4]), layer("Embedding", "deep", { input_dim: 5, output_dim: 2 }, [[tensor("in")]])],
      ["in", 0, 0],
      ["deep", 0, 0],
      "inner",
    );
    const nested = { ...inner, name: "inner", inbound_nodes: [{ args: [tensor("ids")], kwargs: {} }] };
    const record = read(
      graph(
        [input("ids", [4]), words("a"), nested],
        ["ids", 0, 0],
        [
          ["a", 0, 0],
          ["inner", 1, 0],
        ],
      ),
    );
    expect(record.inputs).toEqual([{ name: "ids", shape: [4], dtype: "int32" }]);
    const mixed = read(
      graph(
        [input("ids", [4]), words("a"), layer("Dense", "d", { units: 1 }, [[tensor("ids")]])],
        ["ids", 0, 0],
        [
          ["a", 0, 0],
          ["d", 0, 0],
        ],
      ),
    );
    expect(mixed.inputs?.[0]?.dtype).toBe("float32");
  });

  it("reads a + b as a layer, and lets it know of no mask", () => {
    const parts = (first: object) => [
      input("x", [4]),
      first,
      operation("Add", "add", [[tensor("first"), tensor("first")]]),
    ];
    const dense = layer("Dense", "first", { units: 3 }, [[tensor("x")]]);
    const unmasked = read(graph(parts(dense), ["x", 0, 0], ["add", 0, 0]));
    expect(unmasked.layers.map(({ className }) => className)).toEqual(["Dense", "Add"]);
    expect(unmasked.calls?.[1]).toEqual({
      layer: 1,
      inputs: [
        { call: 0, output: 0 },
        { call: 0, output: 0 },
      ],
    });
    const table = layer("Embedding", "first", { input_dim: 5, output_dim: 3, mask_zero: true }, [
      [tensor("x")],
    ]);
    const masked = read(graph(parts(table), ["x", 0, 0], ["add", 0, 0]));
    expect(masked.layers).toMatchObject([
      { className: "Embedding" },
      { className: "Add" },
      { className: "Permute", config: { name: "unmasked", dims: [1, 2] } },
    ]);
    expect(masked.calls).toEqual([
      { layer: 0, inputs: [{ input: 0 }] },
      { layer: 2, inputs: [{ call: 0, output: 0 }] },
      {
        layer: 1,
        inputs: [
          { call: 1, output: 0 },
          { call: 1, output: 0 },
        ],
      },
    ]);
  });

  it("drops the masks that layers make, and names others", () => {
    const parts = (zero: number) => [
      input("x", [4]),
      layer("Embedding", "words", { input_dim: 5, output_dim: 3, mask_zero: true }, [[tensor("x")]]),
      operation("NotEqual", "not_equal", [[tensor("x"), zero]]),
      layer("GRU", "gru", { units: 2 }, [[tensor("words")], { mask: tensor("not_equal") }]),
    ];
    const record = read(graph(parts(0), ["x", 0, 0], ["gru", 0, 0]));
    expect(record.layers.map(({ className }) => className)).toEqual(["Embedding", "GRU"]);
    expect(record.calls?.[1]).toEqual({ layer: 1, inputs: [{ call: 0, output: 0 }] });
    expect(() => read(graph(parts(3), ["x", 0, 0], ["gru", 0, 0]))).toThrow(
      "a.keras: gru: mask is computed by the operation not_equal (NotEqual). Recurra reads the masks that Embedding and Masking make, and those that are inputs",
    );
  });

  it("makes a layer that Keras shares between models one", () => {
    const shared = { ...layer("Dense", "both", { units: 3 }, [[tensor("in")]]), shared_object_id: 7 };
    const inner = graph([input("in", [4, 3]), shared], ["in", 0, 0], ["both", 0, 0], "inner");
    const outer = { ...layer("Dense", "both", { units: 3 }, [[tensor("inner", 0)]]), shared_object_id: 7 };
    const nested = { ...inner, name: "inner", inbound_nodes: [{ args: [tensor("x")], kwargs: {} }] };
    const record = read(graph([input("x", [4, 3]), nested, outer], ["x", 0, 0], ["both", 1, 0]));
    expect(record.layers[1]).toEqual({ className: "Dense", config: { name: "both" }, same: 0 });
    expect(record.outputs).toEqual([{ name: "both", tensor: { call: 1, output: 0 } }]);
  });

  it.each([
    [
      [operation("GetItem", "get", [[tensor("x"), 0]]), layer("Dense", "d", { units: 1 }, [[tensor("get")]])],
      "d",
      "a.keras: d reads the operation get (GetItem). Of operations on tensors outside of layers, Recurra reads Add, Subtract, Multiply, Maximum, Minimum of two tensors",
    ],
    [[operation("Add", "add", [[tensor("x"), 2]])], "add", /an output reads the operation add \(Add\)/],
    [
      [layer("Dense", "d", { units: 1 }, [[tensor("gone")]])],
      "d",
      "a.keras: d reads call 0 of gone, which is not there",
    ],
    [
      [
        layer("Dense", "a", { units: 1 }, [[tensor("b")]]),
        layer("Dense", "b", { units: 1 }, [[tensor("a")]]),
      ],
      "b",
      /a\.keras: a reads b, which rests on a/,
    ],
    [[layer("Dense", "d", { units: 1 }, [["x"]])], "d", /is given \["x"\] beside its inputs/],
    [
      [layer("Own", "o", {}, [[tensor("x")]])],
      "o",
      /a\.keras: layer 1, o: there is no layer class "Own" in Recurra/,
    ],
  ])("names what it cannot read %#", (layers, output, message) => {
    expect(() => read(graph([input("x", [4, 3]), ...layers], ["x", 0, 0], [output, 0, 0]))).toThrow(message);
  });

  it("names a constant among the inputs of a call that Keras 2 wrote", () => {
    const add = {
      class_name: "Add",
      config: { name: "add", trainable: true },
      name: "add",
      inbound_nodes: [
        [
          ["x", 0, 0, {}],
          ["_CONSTANT_VALUE", -1, 3, {}],
        ],
      ],
    };
    expect(() => read(graph([input("x", [4, 3]), add], [["x", 0, 0]], [["add", 0, 0]]))).toThrow(
      "a.keras: layer 1, add: call 0 reads a constant, 3, instead of a tensor",
    );
  });

  it("reads the state of a recurrent layer among its inputs, as Keras 2 wrote it", () => {
    const entry = (className: string, name: string, config: object, nodes: unknown) => ({
      class_name: className,
      config: { name, trainable: true, ...config },
      name,
      inbound_nodes: nodes,
    });
    const record = read(
      graph(
        [
          input("x", [4, 3]),
          input("h", [2]),
          entry("GRU", "gru", { units: 2 }, [
            [
              ["x", 0, 0, {}],
              ["h", 0, 0, {}],
            ],
          ]),
          entry("MultiHeadAttention", "m", { num_heads: 1, key_dim: 2 }, [
            [["x", 0, 0, { value: ["x", 0, 0], training: null }]],
          ]),
        ],
        [
          ["x", 0, 0],
          ["h", 0, 0],
        ],
        [
          ["gru", 0, 0],
          ["m", 0, 0],
        ],
      ),
    );
    expect(record.calls).toEqual([
      { layer: 0, inputs: [{ input: 0 }], options: { initialState: [{ tensor: { input: 1 } }] } },
      { layer: 1, inputs: [{ input: 0 }, { input: 0 }] },
    ]);
  });
});
