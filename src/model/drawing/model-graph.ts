// A network as boxes and arrows: a box for each layer, with what is written in it; models inside as graphs of their own.

import { Layer } from "../../nn/layer.ts";
import { NetworkLayer } from "../network-layer.ts";
import type { LayerRow, NetworkLike, TensorSource } from "../network-types.ts";
import { shapeText } from "../summary.ts";

/** What is written in a box under its head: `in (None, 30, 4)`. */
export interface GraphLine {
  readonly label: string;
  readonly value: string;
}

export interface GraphBox {
  readonly id: string;
  /** The class of the layer, with that of a layer inside it: `Bidirectional(LSTM)`. */
  readonly className: string;
  readonly name: string;
  readonly lines: readonly GraphLine[];
  /** How often the layer is called. */
  readonly calls: number;
  /** False for a layer with weights of which none is trained. */
  readonly isTrained: boolean;
  /** The graph of a model that is drawn open. */
  readonly inner: ModelGraph | undefined;
}

/** An arrow between two boxes. Of a model that is drawn open, or to it, it says which of its outputs and inputs. */
export interface GraphArrow {
  readonly from: string;
  readonly to: string;
  readonly output: number;
  readonly input: number;
}

export interface ModelGraph {
  readonly boxes: readonly GraphBox[];
  readonly arrows: readonly GraphArrow[];
  /** The ids under which the inputs and outputs of a model inside stand among the arrows: they have no boxes. */
  readonly entries: readonly string[];
  readonly exits: readonly string[];
}

/** What is to be seen. */
export interface GraphOptions {
  readonly showShapes: boolean;
  readonly showDtypes: boolean;
  readonly showActivations: boolean;
  readonly expandNested: boolean;
}

/** What stands in a drawing for a value: the id of its box, which of the outputs it is, and its type. */
interface Value {
  readonly id: string;
  readonly output: number;
  readonly type: string;
}

/** The inputs of a whole model are boxes, and its outputs are where they have names; those of a model inside are places on its border. */
export function modelGraph(network: NetworkLike, options: GraphOptions, isInside = false): ModelGraph {
  const rows = network.layerRows;
  const inputs = network.inputs.map(
    ({ shape, dtype }, i): Value => ({
      id: `/in/${i}`, // no layer's name has a slash
      output: 0,
      type: typeText([null, ...shape], dtype, options),
    }),
  );
  const given = new Map(
    rows.map((row) => [
      row,
      row.shapes.map(
        (shape, output): Value => ({
          id: row.layer.name,
          output,
          type: typeText(shape, row.dtypes[output] ?? "", options),
        }),
      ),
    ]),
  );
  /** What a call reads. The first layer of a stack reads its input, whatever their names are. */
  const sourceOf = ({ name, call, output }: TensorSource, reader: LayerRow): Value => {
    const isStart = network.structure !== undefined || reader === rows[0];
    const start = isStart ? network.inputs.findIndex((input) => input.name === name) : -1;
    const source = rows.filter(({ layer }) => layer.name === name)[call];
    const value = start >= 0 ? inputs[start] : source && given.get(source)?.[output];
    if (value === undefined)
      throw new TypeError(`${network.name}: nothing gives what ${reader.layer.name} reads`);
    return value;
  };
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  const boxes = layers.map((layer): GraphBox => {
    const calls = rows.filter((row) => row.layer === layer);
    const read = calls.flatMap((row) => row.from.map((source) => sourceOf(source, row)));
    const isOpen = options.expandNested && layer instanceof NetworkLayer;
    return {
      id: layer.name,
      className: classText(layer),
      name: layer.name,
      lines: [
        ...activationLines(layer, options),
        ...typeLines("in", read, options),
        ...typeLines(
          "out",
          calls.flatMap((row) => given.get(row) ?? []),
          options,
        ),
      ],
      calls: calls.length,
      isTrained: layer.weights.length === 0 || layer.trainableWeights.length > 0,
      inner: isOpen ? modelGraph(layer.config.network, options, true) : undefined,
    };
  });
  const ends = endsOf(network.structure, inputs, [...given.values()]);
  const exits = ends.map((_, i) => `/out/${i}`);
  const arrows = rows.flatMap((row) =>
    row.from.map((source, input): GraphArrow => {
      const { id, output } = sourceOf(source, row);
      return { from: id, to: row.layer.name, output, input };
    }),
  );
  const out = ends.map(
    ({ id, output }, i): GraphArrow => ({ from: id, to: exits[i] ?? "", output, input: 0 }),
  );
  if (isInside)
    return { boxes, arrows: single([...arrows, ...out], boxes), entries: inputs.map(({ id }) => id), exits };
  const isNamed =
    ends.length > 1 || (network.structure !== undefined && ends[0]?.id !== network.outputNames[0]);
  return {
    boxes: [
      ...network.inputs.map(({ name }, i) => ({
        ...endBox(inputs[i]?.id ?? "", "Input", name),
        lines: typeLines("out", inputs.slice(i, i + 1), options),
      })),
      ...boxes,
      ...(isNamed ? network.outputNames.map((name, i) => endBox(exits[i] ?? "", "Output", name)) : []),
    ],
    arrows: single(isNamed ? [...arrows, ...out] : arrows, boxes),
    entries: [],
    exits: [],
  };
}

/** The values that are the outputs of a network. */
function endsOf(
  structure: NetworkLike["structure"],
  inputs: readonly Value[],
  given: readonly (readonly Value[])[],
): readonly Value[] {
  if (structure === undefined) return given.at(-1) ?? [];
  return structure.ends.flatMap((end) => {
    const { source } = end;
    if (!("layer" in source)) return inputs[structure.starts.indexOf(end)] ?? [];
    return given[structure.calls.indexOf(source)]?.[source.outputs.indexOf(end)] ?? [];
  });
}

function endBox(id: string, className: string, name: string): GraphBox {
  return { id, className, name, lines: [], calls: 1, isTrained: true, inner: undefined };
}

/** One arrow for all that lead from one box to another; of models that are drawn open, for each output and input. */
function single(arrows: readonly GraphArrow[], boxes: readonly GraphBox[]): readonly GraphArrow[] {
  const open = new Set(boxes.filter(({ inner }) => inner !== undefined).map(({ id }) => id));
  const plain = arrows.map((arrow) => ({
    ...arrow,
    output: open.has(arrow.from) ? arrow.output : 0,
    input: open.has(arrow.to) ? arrow.input : 0,
  }));
  return [...new Map(plain.map((arrow) => [JSON.stringify(arrow), arrow])).values()];
}

/** The class, with that of the layer that it is made for: `TimeDistributed(Dense)`. */
function classText(layer: Layer): string {
  const { layer: inner } = layer.config as { readonly layer?: unknown };
  return inner instanceof Layer ? `${layer.className}(${classText(inner)})` : layer.className;
}

function activationLines(layer: Layer, { showActivations }: GraphOptions): readonly GraphLine[] {
  const { activation } = layer.config as { readonly activation?: unknown };
  if (!showActivations || activation === undefined) return [];
  const { name = "a function" } = Object(activation) as { readonly name?: string };
  return [{ label: "activation", value: typeof activation === "string" ? activation : name || "a function" }];
}

/** The types of values, each once; at most five lines, of which the last says how many there are more. */
function typeLines(
  label: string,
  values: readonly Value[],
  { showShapes, showDtypes }: GraphOptions,
): readonly GraphLine[] {
  if (!showShapes && !showDtypes) return [];
  const types = [...new Set(values.map(({ type }) => type))];
  const shown = types.length > 5 ? [...types.slice(0, 4), `and ${types.length - 4} more`] : types;
  return shown.map((value, i) => ({ label: i === 0 ? label : "", value }));
}

function typeText(
  shape: readonly (number | null)[],
  dtype: string,
  { showShapes, showDtypes }: GraphOptions,
): string {
  return [...(showShapes ? [shapeText(shape)] : []), ...(showDtypes ? [dtype] : [])].join(" ");
}
