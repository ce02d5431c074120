// A network as boxes and arrows: a box for each layer, with what is written in it; models inside as graphs of their own.

import { Layer } from "../../nn/layer.ts";
import type { InputShape } from "../../nn/open-length.ts";
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

/** An arrow between two boxes. Of a model, or to it, it says which of its outputs and inputs. */
export interface GraphArrow {
  readonly from: string;
  readonly to: string;
  readonly output: number;
  readonly input: number;
}

export interface ModelGraph {
  readonly name: string;
  readonly boxes: readonly GraphBox[];
  readonly arrows: readonly GraphArrow[];
  /** The ids under which the inputs and outputs of a model inside stand for the outside among the arrows. */
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

/** The inputs of a whole model are boxes; those of a model inside are places on its border. */
export function modelGraph(network: NetworkLike, options: GraphOptions, isInside = false): ModelGraph {
  const rows = network.layerRows;
  const layers = [...new Set(rows.map(({ layer }) => layer))];
  const callsOf = (layer: Layer) => rows.filter((row) => row.layer === layer);
  const typeOf = (source: TensorSource): string => {
    const start = network.inputs.find(({ name }) => name === source.name);
    if (start !== undefined) return typeText([null, ...start.shape], start.dtype, options);
    const call = rows.filter(({ layer }) => layer.name === source.name)[source.call];
    return typeText(call?.shapes[source.output] ?? [], call?.dtypes[source.output] ?? "", options);
  };
  const inputs = network.inputs.map(
    (input): GraphBox => ({
      id: input.name,
      className: "Input",
      name: input.name,
      lines:
        options.showShapes || options.showDtypes
          ? [{ label: "out", value: typeText([null, ...input.shape], input.dtype, options) }]
          : [],
      calls: 1,
      isTrained: true,
      inner: undefined,
    }),
  );
  const boxes = layers.map((layer): GraphBox => {
    const calls = callsOf(layer);
    const isOpen = options.expandNested && layer instanceof NetworkLayer;
    return {
      id: layer.name,
      className: classText(layer),
      name: layer.name,
      lines: linesOf(layer, calls, typeOf, options),
      calls: calls.length,
      isTrained: layer.weights.length === 0 || layer.trainableWeights.length > 0,
      inner: isOpen ? modelGraph(layer.config.network, options, true) : undefined,
    };
  });
  const arrows = rows.flatMap(({ layer, from }) =>
    from.map(({ name, output }, input): GraphArrow => ({ from: name, to: layer.name, output, input })),
  );
  const exits = isInside ? network.outputNames.map((_, i) => `${exitMark}${i}`) : [];
  const ends = isInside
    ? endsOf(network).map(({ name, output }, i) => ({ from: name, to: exits[i] ?? "", output, input: 0 }))
    : [];
  return {
    name: network.name,
    boxes: isInside ? boxes : [...inputs, ...boxes],
    arrows: single([...arrows, ...ends], boxes),
    entries: isInside ? network.inputs.map(({ name }) => name) : [],
    exits,
  };
}

/** No layer's name has it. */
const exitMark = "/out/";

/** Which tensors are the outputs. */
function endsOf({
  structure,
  layerRows,
  inputs,
}: NetworkLike): readonly { readonly name: string; readonly output: number }[] {
  if (structure === undefined) return [{ name: layerRows.at(-1)?.layer.name ?? "", output: 0 }];
  return structure.ends.map((end) => {
    const { source } = end;
    if ("layer" in source) return { name: source.layer.name, output: source.outputs.indexOf(end) };
    return { name: inputs[structure.starts.indexOf(end)]?.name ?? "", output: 0 };
  });
}

/** One arrow for all that lead from one place to another; of a box that is not open it does not matter which output or input. */
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

function linesOf(
  layer: Layer,
  calls: readonly LayerRow[],
  typeOf: (source: TensorSource) => string,
  options: GraphOptions,
): readonly GraphLine[] {
  const { activation } = layer.config as { readonly activation?: unknown };
  const shown: GraphLine[] = [];
  if (options.showActivations && activation !== undefined)
    shown.push({ label: "activation", value: activationText(activation) });
  if (!options.showShapes && !options.showDtypes) return shown;
  const types = (label: string, texts: readonly string[]) =>
    shorten([...new Set(texts)]).map((value, i) => ({ label: i === 0 ? label : "", value }));
  return [
    ...shown,
    ...types(
      "in",
      calls.map(({ from }) => from).flatMap((sources) => sources.map(typeOf)),
    ),
    ...types(
      "out",
      calls.flatMap(({ shapes, dtypes }) =>
        shapes.map((shape, i) => typeText(shape, dtypes[i] ?? "", options)),
      ),
    ),
  ];
}

/** At most five, of which the last says how many there are more. */
function shorten(texts: readonly string[]): readonly string[] {
  return texts.length > 5 ? [...texts.slice(0, 4), `and ${texts.length - 4} more`] : texts;
}

function typeText(shape: InputShape, dtype: string, { showShapes, showDtypes }: GraphOptions): string {
  return [...(showShapes ? [shapeText(shape)] : []), ...(showDtypes ? [dtype] : [])].join(" ");
}

function activationText(activation: unknown): string {
  if (typeof activation === "string") return activation;
  const { name } = Object(activation) as { readonly name?: unknown };
  return typeof name === "string" && name !== "" ? name : "a function";
}
