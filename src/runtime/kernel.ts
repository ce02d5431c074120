// Compiles elementwise tensor code (an optimiser's update, say) to one WebAssembly SIMD loop that works in place.

import { interpret } from "../graph/interpret.ts";
import { item } from "../graph/op.ts";
import { input } from "../graph/ops/leaf.ts";
import { dependents, nodesOf } from "../graph/rewrite.ts";
import type { Value } from "../graph/tensor.ts";
import { formatType, type Node, type Tensor } from "../graph/tensor.ts";
import { RecurraError } from "../platform/error.ts";
import { ELEMENTWISE_RULES, type ElementwiseRule, type Operand } from "./wasm/elementwise.ts";
import {
  type Code,
  f32,
  instantiate,
  load,
  op,
  repeat,
  store,
  type ValueType,
  type WasmFunction,
  wasmFunction,
} from "./wasm/module.ts";

/** What a kernel computes, as tensor code. */
export interface KernelSource {
  /** Names of the float32 arrays, all of one length: read, and written where the body returns a new value. */
  readonly arrays: readonly string[];
  /** Names of the numbers that are the same for all elements. */
  readonly scalars: readonly string[];
  /**
   * New values for some of the arrays. Called once, with a 1-D float32 tensor for each array (of some length) and a float32
   * tensor of shape [] for each scalar.
   */
  body(values: Readonly<Record<string, Tensor>>): Readonly<Record<string, Tensor>>;
}

/** A compiled {@link KernelSource}. */
export interface Kernel {
  /**
   * Updates the arrays in place.
   *
   * @param length Elements of each array, a multiple of 4.
   * @param offsets Where each array starts in the memory, in bytes, in the order of `arrays`. The arrays lie apart.
   * @param scalars The scalars' values, in the order of `scalars`.
   * @throws RecurraError `kernel-argument` for a length, offset or number of values that does not fit
   */
  run(length: number, offsets: readonly number[], scalars: readonly number[]): void;
}

/** The length of arrays while the body is traced. It stands for any length: nothing may depend on it. */
const PLACEHOLDER = 8;

/** Elements in a vector. */
const LANES = 4;

/**
 * Compiles elementwise tensor code to a loop over float32 arrays in a memory.
 *
 * What depends on arrays is computed in float32, each op rounded, by the ops of `ELEMENTWISE_RULES`. What depends on scalars
 * alone is computed once a run in float64 by the interpreter, so any op may stand there (`pow(beta, step)`), and then rounded.
 *
 * @throws RecurraError `kernel-op` for an op that has no kernel form, `kernel-source` for a body that does not return new values of
 *   the arrays
 */
export function compileKernel(source: KernelSource, memory: WebAssembly.Memory): Kernel {
  const { arrays, scalars } = source;
  const graph = traceSource(source);
  const plan = planOf(graph);
  const { run } = instantiate([emit(plan)], memory);
  const argumentsOf = scalarEvaluator(graph.scalars, plan.scalars);
  return {
    run(length, offsets, values) {
      if (offsets.length !== arrays.length || values.length !== scalars.length) {
        throw new RecurraError(
          "kernel-argument",
          `kernel: wants offsets of [${arrays.join(", ")}] and values of [${scalars.join(", ")}], ` +
            `got ${offsets.length} and ${values.length} numbers`,
        );
      }
      if (!Number.isInteger(length) || length < 0 || length % LANES !== 0) {
        throw new RecurraError(
          "kernel-argument",
          `kernel: the length is a multiple of ${LANES}, got ${length}`,
        );
      }
      const { byteLength } = memory.buffer;
      for (const [i, offset] of offsets.entries()) {
        if (!Number.isInteger(offset) || offset < 0 || offset + 4 * length > byteLength) {
          throw new RecurraError(
            "kernel-argument",
            `kernel: ${length} elements of ${arrays[i]} from byte ${offset} on do not lie in a memory of ${byteLength} bytes`,
          );
        }
      }
      run(length / LANES, ...offsets, ...argumentsOf(values));
    },
  };
}

/** A kernel's body as a graph. */
interface Graph {
  readonly arrays: readonly Tensor[];
  readonly scalars: readonly Tensor[];
  /** The new value of each array that gets one. */
  readonly results: readonly (Tensor | undefined)[];
}

function traceSource({ arrays, scalars, body }: KernelSource): Graph {
  const names = [...arrays, ...scalars];
  if (new Set(names).size < names.length) {
    throw new RecurraError("kernel-source", `kernel: a name stands twice in [${names.join(", ")}]`);
  }
  const inputs = names.map((name, i) =>
    input(name, { dtype: "float32", shape: i < arrays.length ? [PLACEHOLDER] : [] }),
  );
  const returned = body(Object.fromEntries(names.map((name, i) => [name, item(inputs, i)])));
  for (const [name, tensor] of Object.entries(returned)) {
    if (!arrays.includes(name)) {
      throw new RecurraError(
        "kernel-source",
        `kernel: the body returns a new ${name}, but the arrays are [${arrays.join(", ")}]`,
      );
    }
    if (tensor.dtype !== "float32" || (tensor.size !== PLACEHOLDER && tensor.size !== 1)) {
      throw new RecurraError(
        "kernel-source",
        `kernel: the new ${name} is to be float32[${PLACEHOLDER}] like the old one, got ${formatType(tensor)}`,
      );
    }
  }
  return {
    arrays: inputs.slice(0, arrays.length),
    scalars: inputs.slice(arrays.length),
    results: arrays.map((name) => returned[name]),
  };
}

/** A distinct value of the kernel; operands are positions in the plan's list of values. */
type PlannedValue =
  | { readonly kind: "array"; readonly index: number }
  | { readonly kind: "constant"; readonly value: number; readonly bool: boolean }
  | { readonly kind: "scalar"; readonly index: number; readonly bool: boolean }
  | {
      readonly kind: "step";
      readonly rule: ElementwiseRule;
      readonly node: Node;
      readonly operands: readonly number[];
    };

interface Plan {
  /** In an order in which each can be computed. */
  readonly values: readonly PlannedValue[];
  /** Tensors, the same for all elements, whose values each run is given. */
  readonly scalars: readonly Tensor[];
  /** For each array the position of its new value, if it gets one. */
  readonly results: readonly (number | undefined)[];
}

/** Numbers the values: equal ops on equal operands are one value. */
function planOf({ arrays, scalars, results }: Graph): Plan {
  const outputs = results.filter((tensor) => tensor !== undefined);
  const varying = dependents(outputs, arrays);
  const variable = dependents(outputs, scalars);
  const values: PlannedValue[] = [];
  const arguments_: Tensor[] = [];
  const positions = new Map<Tensor, number>();
  const positionsByKey = new Map<string, number>();

  const add = (tensor: Tensor, key: string, make: () => PlannedValue): number => {
    const position = positionsByKey.get(key) ?? values.push(make()) - 1;
    positionsByKey.set(key, position);
    positions.set(tensor, position);
    return position;
  };
  const positionOf = (tensor: Tensor): number => {
    const known = positions.get(tensor);
    if (known !== undefined) return known;
    const index = arrays.indexOf(tensor);
    if (index >= 0) return add(tensor, `array ${index}`, () => ({ kind: "array", index }));
    const bool = tensor.dtype === "bool";
    if (variable.has(tensor.node)) {
      return add(tensor, `scalar ${tensor.node.id} ${tensor.index}`, () => ({
        kind: "scalar",
        index: arguments_.push(tensor) - 1,
        bool,
      }));
    }
    const value = Math.fround(onlyValue(tensor, item(interpret([tensor], new Map()))));
    const written = Object.is(value, -0) ? "-0" : value;
    return add(tensor, `constant ${written} ${bool}`, () => ({ kind: "constant", value, bool }));
  };

  for (const node of nodesOf(outputs)) {
    if (node.inputs.length === 0 || !varying.has(node)) continue;
    const rule = ruleOf(node);
    const operands = node.inputs.map(positionOf);
    const output = item(node.outputs);
    add(output, `${node.op.name} ${output.dtype} ${operands}`, () => ({
      kind: "step",
      rule,
      node,
      operands,
    }));
  }
  return { values, scalars: arguments_, results: results.map((tensor) => tensor && positionOf(tensor)) };
}

/** How a node is computed; refuses what does not go element by element on float32 and booleans. */
function ruleOf(node: Node): ElementwiseRule {
  const rule = ELEMENTWISE_RULES[node.op.name];
  const output = item(node.outputs);
  const fits = output.size === PLACEHOLDER && (output.dtype === "float32" || output.dtype === "bool");
  if (rule === undefined || !fits) {
    const operands = node.inputs.map(formatType).join(", ");
    throw new RecurraError(
      "kernel-op",
      `kernel: ${node.op.name} of ${operands} to ${formatType(output)} has no kernel form; a kernel's arrays are float32[${PLACEHOLDER}] ` +
        `or bool[${PLACEHOLDER}] while it is traced, and its ops are ${Object.keys(ELEMENTWISE_RULES).join(", ")}`,
    );
  }
  return rule;
}

/** The value of a tensor that is to be the same for all elements. */
function onlyValue(tensor: Tensor, { data }: Value): number {
  const [first = Number.NaN] = data;
  if (!data.every((value) => Object.is(value, first))) {
    throw new RecurraError(
      "kernel-op",
      `kernel: ${tensor} differs from element to element and is no array of the kernel; make it one`,
    );
  }
  return first;
}

/** Computes what depends on scalars only. */
function scalarEvaluator(
  scalars: readonly Tensor[],
  wanted: readonly Tensor[],
): (values: readonly number[]) => readonly number[] {
  const places = wanted.map((tensor) => scalars.indexOf(tensor));
  if (places.every((place) => place >= 0)) return (values) => places.map((place) => item(values, place));
  return (values) => {
    const leaves = scalars.map(
      (tensor, i) => [tensor, { shape: [], data: Float64Array.of(item(values, i)) }] as const,
    );
    return interpret(wanted, new Map(leaves)).map((value, i) => onlyValue(item(wanted, i), value));
  };
}

/** The loop. Parameters: how many vectors, the address of each array, the scalars. */
function emit({ values, scalars, results }: Plan): WasmFunction<"run"> {
  const parameters: ValueType[] = [
    "i32",
    ...results.map(() => "i32" as const),
    ...scalars.map(() => "f32" as const),
  ];
  return wasmFunction("run", parameters, undefined, (locals, local) => {
    const count = item(locals);
    const pointers = locals.slice(1, 1 + results.length);
    const numbers = locals.slice(1 + results.length);
    const vectors = values.map(() => local("v128"));
    const operandAt = (position: number): Operand => {
      const value = item(values, position);
      return {
        code: item(vectors, position).get,
        constant: value.kind === "constant" ? value.value : undefined,
      };
    };

    const once: Code[] = [];
    const loads: Code[] = [];
    const steps: Code[] = [];
    for (const [position, value] of values.entries()) {
      const vector = item(vectors, position);
      switch (value.kind) {
        case "array":
          loads.push(vector.set(load("v128.load", item(pointers, value.index).get)));
          break;
        case "constant":
        case "scalar": {
          const number = value.kind === "constant" ? f32(value.value) : item(numbers, value.index).get;
          const splat = op("f32x4.splat", number);
          once.push(vector.set(value.bool ? op("f32x4.ne", splat, op("f32x4.splat", f32(0))) : splat));
          break;
        }
        case "step":
          steps.push(vector.set(value.rule(value.operands.map(operandAt), value.node)));
          break;
      }
    }
    const stores = results.flatMap((position, i) =>
      position === undefined ? [] : [store("v128.store", item(pointers, i).get, item(vectors, position).get)],
    );
    // Not unrolled: measured, that gains nothing, since memory (SGD) and division and root (Adam) set the pace.
    const advance = pointers.map((pointer) => pointer.advance(4 * LANES));
    return [...once, repeat(count, ...loads, ...steps, ...stores, ...advance)];
  });
}
