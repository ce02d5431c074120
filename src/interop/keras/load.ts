// Models and weights read from files of Keras.

import { type LayerClasses, makeNetwork } from "../../model/make-network.ts";
import type { Model } from "../../model/model.ts";
import type { NetworkRecord } from "../../model/records.ts";
import { checkOptionNames } from "../../nn/choice.ts";
import type { InputShape } from "../../nn/open-length.ts";
import { RecurraError } from "../../platform/error.ts";
import { type KerasFile, type KerasSource, readKerasFile, readWeights } from "./files.ts";
import { modelNode } from "./model-node.ts";
import { readModel } from "./read-model.ts";

export interface LoadKerasOptions {
  /**
   * Shapes of inputs, batch left out, for those that the file does not say, or to fix a number of steps that it leaves open: by the
   * input's name, or by the model's for a stack.
   */
  readonly inputShapes?: Readonly<Record<string, InputShape>>;
  /** Layer classes of your own, by the class names that the file has: `{ layers: { Gate } }`. */
  readonly layers?: LayerClasses;
}

/**
 * Reads a model with its weights from a `.keras` archive, or from an HDF5 file of a whole model as Keras 2 wrote it. It is not compiled:
 * an optimiser's state stays in the file.
 *
 * @param source the file's path, or its bytes
 * @throws RecurraError `unknown-layer`, `keras-option` for what Recurra does not have, with the layer's place; `unknown-shape` where a
 *   file leaves an input's shape open; `keras-file`, `archive`, `hdf5` for a file that is none of Keras' or cut off
 */
export async function loadKerasModel(source: KerasSource, options: LoadKerasOptions = {}): Promise<Model> {
  checkOptionNames("loadKerasModel", options, ["inputShapes", "layers"]);
  const file = await readKerasFile(source);
  const { model: json, kerasVersion, name } = file;
  if (json === undefined) {
    throw new RecurraError(
      "keras-file",
      `${name} holds weights alone, without the model; make the model, and read them with loadKerasWeights`,
    );
  }
  const { inputShapes, layers = {} } = options;
  const record = readModel(json, name, { kerasVersion, inputShapes, ownClasses: Object.keys(layers) });
  const model = makeNetwork(record, name, layers);
  await assignFrom(file, model, record);
  return model;
}

/**
 * Reads weights into a model from a file of any of Keras' formats. Layers are matched as Keras does: in `.weights.h5` and `.keras` by
 * their classes and order, in the `.h5` of Keras 2 by their order alone; by their names where these were given and say another order.
 * Where anything does not fit, nothing is changed.
 *
 * @param source the file's path, or its bytes
 * @throws RecurraError `weights-mismatch`, which lists layer by layer what was wanted and what there was
 */
export async function loadKerasWeights(model: Model, source: KerasSource): Promise<void> {
  await assignFrom(await readKerasFile(source), model);
}

async function assignFrom(file: KerasFile, model: Model, record?: NetworkRecord): Promise<void> {
  model.weights; // builds the layers
  await readWeights(file, modelNode(model, record), (found) => {
    const values = found.map(([{ weight }, dataset]) => [weight, dataset.read()] as const);
    for (const [weight, value] of values) weight.assign(value);
  });
}
