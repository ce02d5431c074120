// Tests of the verifier: a graph broken in each way is refused, with the node that is wrong.

import { describe, expect, test } from "vitest";
import { anyBatch } from "../../src/graph/batch.ts";
import { applyAll, isOp, item } from "../../src/graph/op.ts";
import { add, addOp, mul } from "../../src/graph/ops/arithmetic.ts";
import { tanh } from "../../src/graph/ops/functions.ts";
import { transpose } from "../../src/graph/ops/layout.ts";
import { constant, dropoutMask, input, scalar } from "../../src/graph/ops/leaf.ts";
import { matmul } from "../../src/graph/ops/matmul.ts";
import { type ScanAttributes, scan, scanOp } from "../../src/graph/ops/scan.ts";
import { zeros } from "../../src/graph/ops/sum.ts";
import { Node, Tensor } from "../../src/graph/tensor.ts";
import { checkGraph } from "../../src/graph/verify.ts";
import { vjp } from "../../src/graph/vjp.ts";
import { ndarray } from "../../src/tensor/nd-array.ts";

const x = input("x", { dtype: "float32", shape: [3, 2] });
const v = input("v", { dtype: "float32", shape: [2] });
const w = input("w", { dtype: "float32", shape: [2, 2] });

const loop = () => scan((h, xt) => tanh(add(matmul(h, w), xt)), v, x);

/** The scan of {@link loop} with other attributes or operands; the types of its outputs are kept. */
function changed(
  change: (attributes: ScanAttributes) => Partial<ScanAttributes>,
  operands = (inputs: readonly Tensor[]) => inputs,
): readonly Tensor[] {
  const { node } = loop().last;
  if (!isOp(node, scanOp)) throw new TypeError("no scan");
  const attributes = { ...node.attributes, ...change(node.attributes) };
  return new Node(scanOp, operands(node.inputs), attributes, node.outputs).outputs;
}

const withBody = (change: (body: ScanAttributes["body"]) => Partial<ScanAttributes["body"]>) =>
  changed(({ body }) => ({ body: { ...body, ...change(body) } }));

/** What the verifier says. */
function complaint(outputs: readonly Tensor[], inputs?: readonly Tensor[]): string {
  try {
    checkGraph(outputs, inputs);
  } catch (error) {
    expect(error).toMatchObject({ name: "RecurraError", code: "illegal-graph" });
    return (error as Error).message;
  }
  return "legal";
}

describe("legal", () => {
  test.each<[string, readonly Tensor[], readonly Tensor[]]>([
    ["an input alone", [x], [x]],
    ["constants and random leaves", [add(scalar(1), dropoutMask([2], 0.5))], []],
    ["an op", [add(x, v)], [x, v]],
    ["a loop", [loop().outputs], [x, v, w]],
    ["a loop with its gradient, whose scans share parameters", gradients(), [x, v, w]],
    ["a loop in a loop", [nested()], [x, v, w]],
    ["inputs that nothing reads", [x], [x, v, w]],
  ])("%s", (_, outputs, inputs) => {
    expect(complaint(outputs, inputs)).toBe("legal");
    expect(complaint(outputs)).toBe("legal");
  });

  test("any batch size", () => {
    const rows = input("rows", { dtype: "float32", shape: [anyBatch, 3, 2] });
    const { outputs } = scan(
      (h, xt) => tanh(add(matmul(h, w), xt)),
      zeros([anyBatch, 2]),
      transpose(rows, [1, 0, 2]),
    );
    expect(complaint([outputs], [rows, w])).toBe("legal");
  });
});

function gradients(): readonly Tensor[] {
  const { outputs } = loop();
  return [outputs, ...vjp([outputs], [outputs], [x, v, w]).flatMap((gradient) => gradient ?? [])];
}

function nested(): Tensor {
  return scan((h, xt) => scan((g, yt) => mul(g, add(yt, xt)), h, x).last, v, x).outputs;
}

describe("the types of a node are those that its op infers", () => {
  test("shape", () => {
    const [bad] = new Node(addOp, [x, v], {}, [{ dtype: "float32", shape: [2, 2] }]).outputs;
    expect(complaint([tanh(item([bad as Tensor]))], [x, v])).toBe(
      "%2: float32[2, 2] = add(%0, %1): has the type float32[2, 2], its op infers float32[3, 2]",
    );
  });

  test("dtype", () => {
    const bad = new Node(addOp, [x, v], {}, [{ dtype: "float64", shape: [3, 2] }]);
    expect(complaint(bad.outputs)).toMatch(/has the type float64\[3, 2\], its op infers float32\[3, 2\]$/);
  });

  test("number of outputs", () => {
    const type = { dtype: "float32", shape: [3, 2] } as const;
    const bad = new Node(addOp, [x, v], {}, [type, type]);
    expect(complaint(bad.outputs)).toMatch(
      /has the type float32\[3, 2\], float32\[3, 2\], its op infers float32\[3, 2\]$/,
    );
  });

  test("inputs that the op does not take", () => {
    const bad = new Node(addOp, [x, scalar(1, "int32")], {}, [x]);
    expect(complaint(bad.outputs)).toBe(
      "%1: float32[3, 2] = add(%2, %0): its op refuses: add: the operands' dtypes differ: float32[3, 2] and int32[]",
    );
  });

  test("a tensor that its own node does not know", () => {
    const stray = new Tensor(x.node, 0, x);
    expect(complaint([tanh(stray)])).toMatch(
      /= tanh\(%1\): reads output 0 of a node that has another tensor there$/,
    );
    expect(complaint([stray])).toMatch(/reads output 0 of a node that has another tensor there$/);
  });
});

test("there is no cycle", () => {
  const first = tanh(x);
  const second = tanh(first);
  Object.assign(first.node, { inputs: [second] });
  expect(complaint([second])).toMatch(/= tanh\(%\d\): rests on itself: the graph has a cycle$/);
});

describe("leaves are among the inputs", () => {
  test("of the graph", () => {
    expect(complaint([add(x, v)], [x])).toBe('%2: float32[2] = input "v": is not among the inputs');
  });

  test("not parameters of a body, read outside of it", () => {
    const { node } = loop().last;
    const parameter = isOp(node, scanOp) ? item(node.attributes.body.parameters) : x;
    const outputs = [...node.outputs, tanh(parameter)];
    expect(complaint(outputs)).toMatch(
      /= input "carry0": is a parameter of a scan's body, and is read outside of it$/,
    );
  });

  test("in a body, its parameters", () => {
    const stranger = input("stranger", v);
    expect(
      complaint(withBody(({ outputs }) => ({ outputs: outputs.map((output) => add(output, stranger)) }))),
    ).toMatch(/^%\d+: float32\[2\] = input "stranger": is not among the parameters of the body$/);
  });

  test("in a body, not inputs of the graph", () => {
    const outputs = withBody((body) => ({ outputs: body.outputs.map((output) => add(output, v)) }));
    expect(complaint(outputs, [x, v, w])).toBe(
      '%1: float32[2] = input "v": belongs to the graph around the body, which may only capture it',
    );
  });

  test("in a body, not parameters of the body around it", () => {
    const outer = scan(
      (h, xt) => {
        const inner = scan((g, yt) => mul(g, yt), h, x).last;
        if (!isOp(inner.node, scanOp)) throw new TypeError("no scan");
        const { body } = inner.node.attributes;
        const reaching = body.outputs.map((output) => add(output, xt));
        const attributes = { ...inner.node.attributes, body: { ...body, outputs: reaching } };
        return item(new Node(scanOp, inner.node.inputs, attributes, inner.node.outputs).outputs);
      },
      v,
      x,
    );
    expect(complaint([outer.outputs], [x, v])).toMatch(
      /= input "step0": belongs to the graph around the body, which may only capture it$/,
    );
  });

  test("in a body, no random ones", () => {
    const outputs = withBody((body) => ({ outputs: body.outputs.map((o) => mul(o, dropoutMask([2], 0.5))) }));
    expect(complaint(outputs)).toMatch(
      /= random \{kind: "keep", rate: 0.5\}: is a random leaf in the body of a scan: it belongs outside, drawn once$/,
    );
  });
});

describe("the parameters of a body", () => {
  test("are as many as the operands", () => {
    expect(
      complaint(
        changed(
          () => ({}),
          (inputs) => [...inputs, v],
        ),
      ),
    ).toMatch(
      /^%0: .* = scan\(3 steps; carry \[%2\], over \[%3\], with \[%4, %2\]\): has 4 operands for the 3 parameters of its body$/,
    );
  });

  test("fit the numbers of carries and sequences", () => {
    expect(complaint(changed(() => ({ carries: 3 })))).toMatch(
      /its 3 parameters cannot be 3 carries and 1 sequences$/,
    );
  });

  test("are of the operands' types", () => {
    expect(complaint(changed(() => ({ length: 4 })))).toMatch(
      /its op refuses: scan: operand 1 is float32\[3, 2\], the body wants float32\[2\] at each of 4 steps$/,
    );
  });

  test("are inputs", () => {
    const bad = withBody(({ parameters }) => ({
      parameters: parameters.with(
        2,
        constant(
          ndarray([
            [1, 0],
            [0, 1],
          ]),
        ),
      ),
    }));
    expect(complaint(bad)).toMatch(
      /parameter 2 of its body is no input, but Tensor\(constant: float32\[2, 2\]\)$/,
    );
  });

  test("are there once", () => {
    const { body } = twin().attributes;
    expect(
      complaint(twinWith([item(body.parameters), item(body.parameters), ...body.parameters.slice(2)])),
    ).toMatch(/parameter 1 of its body is there twice$/);
  });

  test("do not belong to the graph around it", () => {
    const { body } = twin().attributes;
    expect(complaint(twinWith([v, ...body.parameters.slice(1)]), [x, v])).toMatch(
      /parameter 0 of its body belongs to the graph around it$/,
    );
  });

  test("do not belong to a body within", () => {
    const inner = twin();
    const [a, b, step] = inner.attributes.body.parameters as [Tensor, Tensor, Tensor];
    const [other, rows] = [input("other", b), input("rows", x)];
    const body = {
      parameters: [a, other, step, rows],
      outputs: new Node(scanOp, [a, other, rows], inner.attributes, inner.outputs).outputs,
    };
    const results = applyAll(scanOp, [v, v, x, x], { ...inner.attributes, body });
    expect(complaint(results)).toMatch(/parameter 0 of its body belongs to the graph around it$/);
  });

  /** A scan of two carries of one type. */
  function twin(): Node<ScanAttributes> {
    const { last } = scan(
      ([a, b]: readonly [Tensor, Tensor], xt: Tensor) => ({
        carry: [add(a, xt), add(b, a)] as const,
        output: [],
      }),
      [v, v] as const,
      x,
    );
    const { node } = last[0];
    if (!isOp(node, scanOp)) throw new TypeError("no scan");
    return node;
  }

  function twinWith(parameters: readonly Tensor[]): readonly Tensor[] {
    const node = twin();
    const attributes = { ...node.attributes, body: { ...node.attributes.body, parameters } };
    return new Node(scanOp, node.inputs, attributes, node.outputs).outputs;
  }
});

describe("the outputs of a body", () => {
  test("are at least the carries", () => {
    expect(complaint(withBody(() => ({ outputs: [] })))).toMatch(/its body has 0 outputs for 1 carries$/);
  });

  test("have the types of the carries", () => {
    const outputs = withBody((body) => ({
      outputs: body.outputs.with(0, matmul(item(body.outputs), zeros([2, 5]))),
    }));
    expect(complaint(outputs)).toMatch(
      /its op refuses: scan: carry 0 starts as float32\[2\] and is float32\[5\] after a step; it must not change$/,
    );
  });

  test("have the types that their own ops infer", () => {
    const outputs = withBody((body) => {
      const [h] = body.outputs as [Tensor];
      const bad = new Node(addOp, [h, h], {}, [{ dtype: "float32", shape: [3] }]);
      return { outputs: [h, ...bad.outputs] };
    });
    expect(complaint(outputs)).toMatch(
      /= add\(%\d+, %\d+\): has the type float32\[3\], its op infers float32\[2\]$/,
    );
  });
});

test("a scan runs for at least one step", () => {
  expect(complaint(changed(() => ({ length: 0 })))).toMatch(/runs for 0 steps$/);
});
