// What `import … from "recurra/keras"` gives: models and weights exchanged with Keras.

export type { KerasSource } from "./files.ts";
export { type LoadKerasOptions, loadKerasModel, loadKerasWeights } from "./load.ts";
export {
  encodeKerasModel,
  encodeKerasWeights,
  type KerasModelFormat,
  type KerasWeightsFormat,
  type SaveKerasModelOptions,
  type SaveKerasWeightsOptions,
  saveKerasModel,
  saveKerasWeights,
} from "./save.ts";
