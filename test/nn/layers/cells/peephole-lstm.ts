// A cell of a user's own: the LSTM whose gates see the cell through peepholes.

import { type Tensor, type TensorType, zeros } from "../../../../src/entry/graph.ts";
import {
  type CallContext,
  Cell,
  type DType,
  type LayerConfig,
  type Step,
  stepDropout,
  type Weight,
} from "../../../../src/index.ts";

export interface PeepholeLSTMCellConfig extends LayerConfig {
  readonly units: number;
  /** Share of the inputs dropped in training, the same ones at every step. Default 0. */
  readonly dropout?: number;
  /** Share of h dropped in training, the same units at every step. Default 0. */
  readonly recurrentDropout?: number;
}

export interface LSTMState {
  readonly h: Tensor;
  readonly c: Tensor;
}

/**
 * With σ the sigmoid, ∘ the elementwise product and z = x_t·W + h_{t-1}·U + b in four blocks i, f, c̃, o:
 *
 *     i = σ(z_i + p_i ∘ c_{t-1}),  f = σ(z_f + p_f ∘ c_{t-1})
 *     c_t = f ∘ c_{t-1} + i ∘ tanh(z_c̃)
 *     o = σ(z_o + p_o ∘ c_t),  h_t = o ∘ tanh(c_t)
 *
 * Source: Gers & Schmidhuber, "Recurrent nets that time and count", IJCNN 2000.
 */
export class PeepholeLSTMCell extends Cell<LSTMState> {
  readonly className = "PeepholeLSTMCell";
  override readonly config: PeepholeLSTMCellConfig;
  kernel!: Weight;
  recurrentKernel!: Weight;
  bias!: Weight;
  peepholes!: Weight;

  constructor(config: PeepholeLSTMCellConfig) {
    super(config);
    this.config = config;
  }

  protected override build({ shape: [, features = 0] }: TensorType): void {
    const { units } = this.config;
    this.kernel = this.addWeight("kernel", [features, 4 * units], "glorotUniform");
    this.recurrentKernel = this.addWeight("recurrent_kernel", [units, 4 * units], "orthogonal");
    this.bias = this.addWeight("bias", [4 * units], "zeros");
    this.peepholes = this.addWeight("peepholes", [3, units], "glorotUniform");
  }

  override zeroState(batch: number, dtype: DType): LSTMState {
    const { units } = this.config;
    return { h: zeros([batch, units], dtype), c: zeros([batch, units], dtype) };
  }

  override steps(
    context: CallContext,
    { shape: [batch = 0, features = 0], dtype }: TensorType,
  ): Step<LSTMState> {
    const { units, dropout, recurrentDropout } = this.config;
    const dropInput = stepDropout(context, dropout, [batch, features], dtype);
    const dropState = stepDropout(context, recurrentDropout, [batch, units], dtype);
    const [w, u, b] = [this.kernel, this.recurrentKernel, this.bias].map(context.value) as [
      Tensor,
      Tensor,
      Tensor,
    ];
    const peepholes = context.value(this.peepholes);
    const [pi, pf, po] = [peepholes.at(0), peepholes.at(1), peepholes.at(2)];
    return (x, { h, c }) => {
      const z = dropInput(x).matmul(w).add(dropState(h).matmul(u)).add(b); // [B, 4H]
      const [zi, zf, zc, zo] = z.split(4, -1) as [Tensor, Tensor, Tensor, Tensor];
      const i = zi.add(c.mul(pi)).sigmoid();
      const f = zf.add(c.mul(pf)).sigmoid();
      const cell = f.mul(c).add(i.mul(zc.tanh()));
      const o = zo.add(cell.mul(po)).sigmoid();
      const output = o.mul(cell.tanh());
      return { output, state: { h: output, c: cell } };
    };
  }
}
