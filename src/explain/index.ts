// What `import … from "recurra/explain"` gives: what each feature, time step or word adds to a prediction.

export {
  type Background,
  type RowData,
  sampleRows,
  type WeightedRows,
} from "./background.ts";
export {
  exactExplainer,
  type KernelExplainerOptions,
  kernelExplainer,
  type OcclusionExplainerOptions,
  occlusionExplainer,
  type PermutationExplainerOptions,
  permutationExplainer,
} from "./explainers.ts";
export {
  type Contribution,
  Explanation,
  type RowExplanation,
} from "./explanation.ts";
export { type FeatureGroup, stepGroups } from "./feature-groups.ts";
export type { FeatureCount } from "./feature-selection.ts";
export type { Baseline, Baselines } from "./gradients/baselines.ts";
export {
  GradientExplainer,
  GradientExplanation,
  type GradientOptions,
  type GradientRows,
  gradientTimesInput,
  type IntegratedGradientsOptions,
  integratedGradients,
} from "./gradients/gradient-explainer.ts";
export type { TensorFunction } from "./gradients/path-gradient.ts";
export { type KMeansOptions, kMeansBackground } from "./k-means.ts";
export type { Link } from "./link.ts";
export type { Predict, PredictFunction, Predictions, PredictTexts } from "./predict.ts";
export { type ExplainOptions, TableExplainer, type TableExplainerOptions } from "./table-explainer.ts";
export { TextExplainer, type TextExplainerOptions, textExplainer } from "./text-explainer.ts";
export { TextExplanation, type TextSegment } from "./text-explanation.ts";
export type { SplitText, Word } from "./words.ts";
