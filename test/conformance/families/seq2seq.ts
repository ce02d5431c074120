// An encoder and a decoder with additive attention, in both forms that the golden cases have.

import "../../../src/graph/chain.ts";
import { item } from "../../../src/graph/op.ts";
import { cast, notEqual } from "../../../src/graph/ops/arithmetic.ts";
import { sigmoid, tanh } from "../../../src/graph/ops/functions.ts";
import { concat, transpose } from "../../../src/graph/ops/layout.ts";
import { input as leaf } from "../../../src/graph/ops/leaf.ts";
import { lstmStep } from "../../../src/graph/ops/lstm.ts";
import { matmul } from "../../../src/graph/ops/matmul.ts";
import { softmax } from "../../../src/graph/ops/reduce.ts";
import { scan } from "../../../src/graph/ops/scan.ts";
import { expandDims, squeeze } from "../../../src/graph/ops/sum.ts";
import type { Tensor } from "../../../src/graph/tensor.ts";
import { type CallContext, callContext, type Layer, type Mask, type Weight } from "../../../src/nn/layer.ts";
import { layers } from "../../../src/nn/layers/index.ts";
import { losses, loss as lossOf, reduceLoss } from "../../../src/nn/losses.ts";
import type { Case } from "../case.ts";
import { lossGradients } from "../gradients.ts";
import { contextOf } from "../layers.ts";
import type { Computed } from "../run.ts";

interface Sizes {
  readonly units: number;
  readonly attentionUnits: number;
  readonly width: number;
  readonly sourceVocab: number;
  readonly targetVocab: number;
  readonly maskZero: boolean;
}

interface Decoded {
  readonly logits: Tensor;
  readonly scores: Tensor;
}

export function seq2seq(cas: Case): Computed {
  const { config } = cas;
  const sizes: Sizes = {
    units: config.number("units"),
    attentionUnits: config.number("attention_units"),
    width: config.number("embedding_dim"),
    sourceVocab: config.number("source_vocab"),
    targetVocab: config.number("target_vocab"),
    maskZero: config.boolean("mask_zero"),
  };
  const { logits, scores } = config.boolean("input_feeding")
    ? inputFeeding(cas, sizes)
    : teacherForcing(cas, sizes);
  const target = cas.input("x2");
  const values = lossOf(losses.sparseCategoricalCrossentropy({ fromLogits: true })).call(
    cas.input("y_true"),
    logits,
  );
  const loss = reduceLoss(values, sizes.maskZero ? { mask: notEqual(target, 0) } : {});
  return { graph: new Map([["y", logits], ["scores", scores], ["loss", loss], ...lossGradients(cas, loss)]) };
}

/** Attention looks from the decoder's outputs, after its loop. */
function teacherForcing(
  cas: Case,
  { units, attentionUnits, width, sourceVocab, targetVocab, maskZero }: Sizes,
): Decoded {
  const sourceTable = layers.embedding({ inputDim: sourceVocab, outputDim: width, maskZero });
  const encoder = layers.lstm({ units, returnSequences: true, returnState: true });
  const targetTable = layers.embedding({ inputDim: targetVocab, outputDim: width, maskZero });
  const decoder = layers.lstm({ units, returnSequences: true });
  const queries = layers.dense({ units: attentionUnits, useBias: false });
  const keys = layers.dense({ units: attentionUnits, useBias: false });
  const attention = layers.additiveAttention();
  const combine = layers.dense({ units, useBias: false, activation: "tanh" });
  const head = layers.dense({ units: targetVocab });
  const all = [sourceTable, encoder, targetTable, decoder, queries, keys, attention, combine, head];

  const compute = (context: CallContext): Decoded => {
    const one = (layer: Layer, inputs: readonly Tensor[], masks: readonly Mask[], options = {}) => {
      const { outputs, masks: given } = layer.trace(inputs, masks, context, options);
      return { outputs, output: item(outputs), mask: given[0] };
    };
    const source = one(sourceTable, [cas.input("x")], []);
    const encoded = one(encoder, [source.output], [source.mask]);
    const [memory, ...state] = encoded.outputs as [Tensor, ...Tensor[]];
    const target = one(targetTable, [cas.input("x2")], []);
    const decoded = one(decoder, [target.output], [target.mask], { initialState: state }).output;
    const query = one(queries, [decoded], []).output;
    const key = one(keys, [memory], []).output;
    const [seen, scores] = one(attention, [query, memory, key], [undefined, source.mask], {
      returnAttentionScores: true,
    }).outputs as [Tensor, Tensor];
    const combined = one(combine, [concat([decoded, seen], -1)], []).output;
    return { logits: one(head, [combined], []).output, scores };
  };
  compute(
    callContext({ training: false, value: ({ name, shape }) => leaf(name, { dtype: "float32", shape }) }),
  );
  const weights: readonly Weight[] = all.flatMap((layer) => layer.weights);
  return compute(contextOf(new Map(weights.map((weight, i) => [weight, cas.input(cas.weights[i] ?? "")]))));
}

/** Attention looks from the state before each step, and what it sees is read with the step: a loop of one's own. */
function inputFeeding(cas: Case, { units }: Sizes): Decoded {
  const at = (name: string) => cas.input(name);
  const lstm = (name: string) => ({
    kernel: at(`${name}.kernel`),
    recurrentKernel: at(`${name}.recurrent_kernel`),
    bias: at(`${name}.bias`),
  });
  const rows = (table: string, ids: string) => transpose(at(table).gather(cast(at(ids), "int32")), [1, 0, 2]); // [T, B, F]
  const [batch = 0] = cas.array("x").shape;
  const zero = at("encoder_lstm.bias").mul(0).slice(0, 0, units).broadcastTo([batch, units]);
  const functions = { activation: tanh, gate: sigmoid };
  const encode = lstmStep(lstm("encoder_lstm"), functions);
  const encoded = scan(
    (state: readonly Tensor[], x: Tensor) => {
      const next = encode(x, state);
      return { carry: next, output: item(next) };
    },
    [zero, zero],
    rows("encoder_embedding.embeddings", "x"),
  );
  const memory = transpose(encoded.outputs, [1, 0, 2]); // [B, S, H]
  const keys = matmul(memory, at("attention.value_kernel")); // [B, S, A]
  const decode = lstmStep(lstm("decoder_lstm"), functions);
  const { outputs } = scan(
    (state: readonly Tensor[], x: Tensor) => {
      const query = expandDims(matmul(item(state), at("attention.query_kernel")), 1); // [B, 1, A]
      const scores = softmax(
        squeeze(matmul(tanh(query.add(keys)), expandDims(at("attention.scale"), 1)), 2),
        -1,
      );
      const seen = squeeze(matmul(expandDims(scores, 1), memory), 1); // [B, H]
      const next = decode(concat([seen, x], -1), state);
      return { carry: next, output: { h: item(next), scores } };
    },
    encoded.last,
    rows("decoder_embedding.embeddings", "x2"),
  );
  const h = transpose(outputs.h, [1, 0, 2]);
  return {
    logits: matmul(h, at("dense.kernel")).add(at("dense.bias")),
    scores: transpose(outputs.scores, [1, 0, 2]),
  };
}
