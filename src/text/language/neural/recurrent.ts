// Recurrent language models: token by token with a state (Mikolov et al. 2010), or a window of tokens and a prediction after the last.

import { type Functional, model as functional } from "../../../model/functional.ts";
import { sequential } from "../../../model/sequential.ts";
import { input } from "../../../nn/input.ts";
import type { Layer, LayerTensor } from "../../../nn/layer.ts";
import { count, either, flag, oneOf } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import type { NetworkForms, NetworkKind, NetworkTask } from "./network.ts";

export interface RecurrentOptions {
  /** Units of each layer. Default 256. */
  readonly units: number;
  /** Layers, one upon the other. Default 1. */
  readonly layers: number;
  /** Width of the vectors that ids become, or "one-hot". Default 64. */
  readonly embedding: number | "one-hot";
  /** Whether each prediction is made from the last `context` tokens alone, with a state that starts at zero. Default false. */
  readonly windowed: boolean;
}

const makers = { rnn: layers.simpleRNN, lstm: layers.lstm, gru: layers.gru };

/** Tensors in the state of each kind. */
const stateCounts = { rnn: 1, lstm: 2, gru: 1 };

interface Stack {
  readonly first: Layer;
  readonly loops: readonly Layer[];
  readonly last: Layer;
}

function recurrentKind(name: keyof typeof makers): NetworkKind<RecurrentOptions> {
  /** The layers, with names that do not depend on what was made before. */
  const stack = (
    { vocabulary, context }: NetworkTask,
    options: RecurrentOptions,
    loop: { readonly stateful?: boolean; readonly returnState?: boolean },
  ): Stack => {
    const rows = options.windowed ? vocabulary + 1 : vocabulary;
    const shape = { inputShape: [context] };
    return {
      first:
        options.embedding === "one-hot"
          ? layers.categoryEncoding({
              numTokens: vocabulary,
              outputMode: "oneHot",
              name: "one_hot",
              ...shape,
            })
          : layers.embedding({
              inputDim: rows,
              outputDim: options.embedding,
              name: "embedding",
              ...shape,
            }),
      loops: Array.from({ length: options.layers }, (_, i) =>
        makers[name]({
          units: options.units,
          returnSequences: !options.windowed || i < options.layers - 1,
          name: `${name}_${i + 1}`,
          ...loop,
        }),
      ),
      last: layers.dense({ units: vocabulary, name: "logits" }),
    };
  };
  return {
    options: {
      units: count,
      layers: count,
      embedding: either('a positive whole number or "one-hot"', count, oneOf("one-hot")),
      windowed: flag,
    },
    defaults: { units: 256, layers: 1, embedding: 64, windowed: false },
    recipe: { context: 100, batchSize: 32, learningRate: 0.002, dropout: 0.1 },
    build(task, options): NetworkForms {
      const { dropout, seed } = task;
      const dropped = dropout === 0 ? [] : [dropout];
      const trained = stack(task, options, options.windowed ? {} : { stateful: true });
      const training = sequential(
        [
          trained.first,
          ...trained.loops.flatMap((layer) => [layer, ...dropped.map((rate) => layers.dropout({ rate }))]),
          trained.last,
        ],
        { seed, name: "language_model" },
      );
      if (options.windowed) return { reads: "window", training, reading: () => windowForm(), states: [] };
      const read = stack(task, options, { returnState: true });
      const perLayer = stateCounts[name];
      return {
        reads: "stream",
        training,
        states: Array.from({ length: options.layers * perLayer }, () => options.units),
        reading: (tokens) => streamForm(read, tokens, options.units, perLayer),
      };

      function windowForm(): Functional {
        const { first, loops, last } = stack(task, options, {});
        const ids = input({ name: "ids", shape: [task.context], dtype: "int32" });
        const hidden = [first, ...loops].reduce<LayerTensor>((x, layer) => layer.apply(x), ids);
        return functional({ inputs: ids, outputs: last.apply(hidden), name: "language_model" });
      }
    },
  };
}

/** The layers applied to a piece of a stream, from states to states. */
function streamForm(
  { first, loops, last }: Stack,
  tokens: number,
  units: number,
  perLayer: number,
): Functional {
  const ids = input({ name: "ids", shape: [tokens], dtype: "int32" });
  const before = loops.map((_, layer) =>
    Array.from({ length: perLayer }, (_, i) => input({ name: `state_${layer}_${i}`, shape: [units] })),
  );
  let hidden = first.apply(ids);
  const after: LayerTensor[] = [];
  for (const [i, loop] of loops.entries()) {
    const [output, ...states] = loop.applyAll([hidden], { initialState: before[i] ?? [] });
    hidden = output as LayerTensor;
    after.push(...states);
  }
  return functional({
    inputs: [ids, ...before.flat()],
    outputs: [last.apply(hidden), ...after],
    name: "language_model",
  });
}

/** A simple recurrent network (Elman 1990; Mikolov et al., Interspeech 2010). */
export const rnn = recurrentKind("rnn");
/** Long short-term memory (Hochreiter & Schmidhuber 1997; Graves 2013, arXiv:1308.0850). */
export const lstm = recurrentKind("lstm");
/** Gated recurrent units (Cho et al. 2014). */
export const gru = recurrentKind("gru");
