// PatchTST: a transformer over patches of the window instead of single steps.

import { count } from "../../../nn/layer-options.ts";
import { layers } from "../../../nn/layers/index.ts";
import { dropped, type NetworkKind, readout, sequenceOf } from "./network.ts";

export interface PatchtstOptions {
  /** Steps of a patch. Default 16, or a quarter of a short window. */
  readonly patch: number;
  /** Steps from one patch to the next. Default: half a patch. */
  readonly stride: number;
  /** Width of a patch within the encoder. Default 16. */
  readonly width: number;
  /** Heads of the attention. Default 4. */
  readonly heads: number;
  /** Blocks of the encoder. Default 3. */
  readonly blocks: number;
  /** Width of the feed-forward networks. Default 128. */
  readonly feedForward: number;
}

/**
 * Nie et al., "A Time Series is Worth 64 Words", ICLR 2023: patches are brought to a width by a linear layer (a convolution with a
 * stride) and told their positions; a linear layer reads all encoded patches. Each series is a channel of its own; its normalisation
 * (RevIN) is the scaling "window". Covariates are further channels of a patch. Layer normalisation stands where the paper has batch
 * normalisation.
 */
export const patchtst: NetworkKind<PatchtstOptions> = {
  name: "patchtst",
  options: { patch: count, stride: count, width: count, heads: count, blocks: count, feedForward: count },
  defaults: ({ lookback }) => {
    const patch = Math.max(1, Math.min(16, Math.floor(lookback / 4)));
    const stride = Math.max(1, Math.floor(patch / 2));
    return { patch, stride, width: 16, heads: 4, blocks: 3, feedForward: 128 };
  },
  build(inputs, task, { patch, stride, width, heads, blocks, feedForward }) {
    const { dropout, lookback } = task;
    // The last patch ends with the window: what does not fill a stride is left out at its beginning.
    const count = Math.floor((lookback - patch) / stride) + 1;
    const start = lookback - (patch + (count - 1) * stride);
    const sequence = sequenceOf(inputs, lookback);
    const whole = start === 0 ? sequence : layers.cropping1D({ cropping: [start, 0] }).apply(sequence);
    let x = layers.conv1D({ filters: width, kernelSize: patch, strides: stride }).apply(whole);
    x = dropped(layers.positionEmbedding({ sequenceLength: count }).apply(x), dropout);
    for (let block = 0; block < blocks; block++) {
      x = layers
        .transformerEncoder({ intermediateDim: feedForward, numHeads: heads, dropout, activation: "gelu" })
        .apply(x);
    }
    return readout(layers.flatten().apply(x), inputs, task);
  },
};
