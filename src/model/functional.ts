// Functional models: layers called on symbolic tensors, with several inputs and outputs, shared layers and nested models.

import type { Tensor } from "../graph/tensor.ts";
import { checkOptionNames, describe } from "../nn/choice.ts";
import type { CallContext, Layer, LayerApplication, LayerTensor, Mask } from "../nn/layer.ts";
import { mapOptions, SymbolicTensor, tensorsOf } from "../nn/symbolic.ts";
import { RecurraError } from "../platform/error.ts";
import { freeName, nameLayers } from "./layer-names.ts";
import { Model } from "./model.ts";
import { isPlainObject } from "./model-data.ts";
import type { ModelOptions } from "./network.ts";
import type {
  LayerCall,
  NetworkInput,
  NetworkStructure,
  NetworkTrace,
  TensorSource,
} from "./network-types.ts";
import { idsOf } from "./table-ids.ts";

/** Tensors as a functional model takes them: one, a list, or an object that names them. */
export type SymbolicTensors = LayerTensor | readonly LayerTensor[] | Readonly<Record<string, LayerTensor>>;

export interface FunctionalConfig extends ModelOptions {
  /** What `input()` gave. The names of an object are the inputs' names. */
  readonly inputs: SymbolicTensors;
  /** What layers gave. The names of an object are the outputs' names; otherwise those of the layers that give them. */
  readonly outputs: SymbolicTensors;
}

/** A value with what gave it. */
interface TracedTensor {
  readonly tensor: Tensor;
  readonly mask: Mask;
  readonly source: TensorSource;
}

/** A model given by its inputs and outputs: the layers on the way between them. */
export class Functional extends Model {
  readonly className = "Functional";
  readonly layers: readonly Layer[];
  readonly inputs: readonly NetworkInput[];
  readonly outputNames: readonly string[];
  readonly #starts: readonly LayerTensor[];
  readonly #ends: readonly LayerTensor[];
  readonly #calls: readonly LayerApplication[];

  constructor(config: FunctionalConfig) {
    const { inputs, outputs, ...options } = Object(config) as FunctionalConfig;
    checkOptionNames("model", options, ["name", "seed"]);
    super(options, "functional");
    const starts = named("inputs", inputs);
    const ends = named("outputs", outputs);
    this.#starts = starts.map(({ tensor }) => tensor);
    this.#ends = ends.map(({ tensor }) => tensor);
    for (const [i, { source }] of this.#starts.entries()) {
      if ("layer" in source)
        throw new RecurraError(
          "model-inputs",
          `model: inputs[${i}] was given by layer ${source.layer.name || source.layer.className}; the inputs of a model come from input()`,
        );
    }
    if (new Set(this.#starts).size < starts.length)
      throw new RecurraError("model-inputs", "model: an input stands in the list twice");
    this.#calls = callsBetween(this.#starts, this.#ends);
    this.layers = [...new Set(this.#calls.map(({ layer }) => layer))];

    const taken = new Set<string>();
    const givenNames = starts.map(
      ({ name, tensor }) => name ?? ("name" in tensor.source ? tensor.source.name : undefined),
    );
    for (const name of givenNames) {
      if (name === undefined) continue;
      if (taken.has(name)) throw new RecurraError("layer-name", `model: two inputs are named "${name}"`);
      taken.add(name);
    }
    const inputNames = givenNames.map((name) => name ?? freeName("input", taken));
    nameLayers("model", this.layers, taken);
    this.inputs = this.#starts.map((start, i) => {
      const readers = this.#calls.filter(({ inputs: read }) => read.includes(start));
      // A table that is read in reverse reads numbers.
      const lookups = start.dtype === "float32" ? [] : readers;
      const tables = lookups.map(({ layer, inputs: read }) => idsOf(layer, read.indexOf(start)));
      return {
        name: inputNames[i] ?? "",
        shape: start.shape,
        dtype: start.dtype,
        reader: readers[0]?.layer.name ?? this.name,
        ids: tables.filter((ids) => ids !== undefined).toSorted((a, b) => a.count - b.count)[0],
      };
    });
    const outputTaken = new Set<string>();
    this.outputNames = ends.map(({ name, tensor: { source } }) =>
      freeName(name ?? ("layer" in source ? source.layer.name : "y"), outputTaken),
    );
  }

  override trace(inputs: readonly Tensor[], masks: readonly Mask[], context: CallContext): NetworkTrace {
    const values = new Map<LayerTensor, TracedTensor>();
    for (const [i, start] of this.#starts.entries()) {
      const tensor = inputs[i];
      const source = { name: this.inputs[i]?.name ?? "", call: 0, output: 0 };
      if (tensor !== undefined) values.set(start, { tensor, mask: masks[i], source });
    }
    const counts = new Map<Layer, number>();
    const tracedAt = (symbol: LayerTensor) => {
      const value = values.get(symbol);
      if (value === undefined) throw new TypeError("a value is computed before it is read");
      return value;
    };
    const calls = this.#calls.map(({ layer, inputs: read, options, outputs }): LayerCall => {
      const given = read.map(tracedAt);
      const result = layer.trace(
        given.map(({ tensor }) => tensor),
        given.map(({ mask }) => mask),
        context,
        mapOptions<Layer>(options, (symbol) => tracedAt(symbol).tensor),
      );
      const from = [...read, ...tensorsOf<Layer>(options)].map((symbol) => tracedAt(symbol).source);
      const call = counts.get(layer) ?? 0;
      counts.set(layer, call + 1);
      for (const [output, symbol] of outputs.entries()) {
        const source = { name: layer.name, call, output };
        values.set(symbol, { tensor: result.outputs[output] as Tensor, mask: result.masks[output], source });
      }
      return { layer, from, ...result };
    });
    const ends = this.#ends.map(tracedAt);
    return { calls, outputs: ends.map(({ tensor }) => tensor), masks: ends.map(({ mask }) => mask) };
  }

  /** @internal */
  get structure(): NetworkStructure {
    return { starts: this.#starts, ends: this.#ends, calls: this.#calls };
  }
}

/**
 * A model given by its inputs and outputs:
 *
 *     const x = input({ shape: [30, 4] });
 *     const h = layers.lstm({ units: 50 }).apply(x);
 *     const net = model({ inputs: x, outputs: layers.dense({ units: 1 }).apply(h) });
 *
 * @throws RecurraError where an output does not rest on the inputs, or two layers have one name
 */
export function model(config: FunctionalConfig): Functional {
  return new Functional(config);
}

interface Named {
  readonly name: string | undefined;
  readonly tensor: LayerTensor;
}

function named(what: string, given: unknown): readonly Named[] {
  const entries: readonly (readonly [string | undefined, unknown])[] = isPlainObject(given)
    ? Object.entries(given)
    : (Array.isArray(given) ? given : [given]).map((tensor) => [undefined, tensor]);
  if (entries.length === 0) throw new RecurraError("model-inputs", `model: ${what} is empty`);
  const odd = entries.find(([name]) => name !== undefined && (name === "" || /[/\0]/.test(name)));
  if (odd !== undefined)
    throw new RecurraError(
      "model-inputs",
      `model: a name among the ${what} is to be text without slashes, got "${odd[0]}"`,
    );
  return entries.map(([name, tensor], i) => {
    if (tensor instanceof SymbolicTensor) return { name, tensor: tensor as LayerTensor };
    throw new RecurraError(
      "model-inputs",
      `model: ${what}${name !== undefined ? `.${name}` : Array.isArray(given) ? `[${i}]` : ""} is to be what input() or a layer gave, got ${describe(tensor)}`,
    );
  });
}

/** The calls that lead from inputs to outputs, each after those that it reads. */
function callsBetween(
  starts: readonly LayerTensor[],
  ends: readonly LayerTensor[],
): readonly LayerApplication[] {
  const known = new Set(starts);
  const calls: LayerApplication[] = [];
  const seen = new Set<LayerApplication>();
  // Depth first, without recursion: a model may be thousands of layers deep.
  const open: { readonly symbol: LayerTensor; readonly reader: string; isDone: boolean }[] = ends
    .toReversed()
    .map((symbol) => ({ symbol, reader: "an output", isDone: false }));
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const { symbol, reader } = top;
    const { source } = symbol;
    if (known.has(symbol)) {
      open.pop();
    } else if (!("layer" in source)) {
      throw new RecurraError(
        "model-inputs",
        `model: ${reader} rests on the input ${source.name ?? symbol.toString()}, which is not among the inputs`,
      );
    } else if (seen.has(source) || top.isDone) {
      open.pop();
      if (!seen.has(source)) {
        seen.add(source);
        calls.push(source);
      }
    } else {
      top.isDone = true;
      const name = `layer ${source.layer.name || source.layer.className}`;
      const read = [...source.inputs, ...tensorsOf<Layer>(source.options)];
      open.push(...read.toReversed().map((needed) => ({ symbol: needed, reader: name, isDone: false })));
    }
  }
  const unread = starts.findIndex(
    (start) =>
      !ends.includes(start) &&
      !calls.some(({ inputs, options }) => [...inputs, ...tensorsOf<Layer>(options)].includes(start)),
  );
  if (unread >= 0)
    throw new RecurraError(
      "model-inputs",
      `model: inputs[${unread}] is read by no layer on the way to the outputs`,
    );
  return calls;
}
