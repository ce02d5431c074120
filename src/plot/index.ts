// What `import … from "recurra/plot"` gives: charts as Vega-Lite specifications, and their drawing as SVG and PNG.

export { type AttentionChart, attentionSpec } from "./attention-chart.ts";
export { type ConfusionChart, confusionSpec } from "./confusion-chart.ts";
export {
  type DecompositionChart,
  type DecompositionPart,
  decompositionSpec,
} from "./decomposition-chart.ts";
export { type ErrorBand, type ErrorSizeChart, errorSizeSpec } from "./error-size-chart.ts";
export { type ExplanationBarChart, explanationBarSpec } from "./explanation-bar.ts";
export { type ForceChart, forceSpec } from "./explanation-force.ts";
export type { ExplainedFeature, ExplainedRow, ExplainedTable } from "./explanation-parts.ts";
export { type SummaryChart, summarySpec } from "./explanation-summary.ts";
export {
  type ColouredSegment,
  type ColouredText,
  colouredTextHtml,
  colouredTextPage,
  wordSegments,
} from "./explanation-text.ts";
export { type ColouredTextDrawing, colouredTextSvg } from "./explanation-text-svg.ts";
export { type WaterfallChart, waterfallSpec } from "./explanation-waterfall.ts";
export {
  type ForecastChart,
  forecastGridSpec,
  forecastSpec,
  type Line,
  type LineRole,
} from "./forecast-chart.ts";
export {
  type GateSaturation,
  type GateSaturationChart,
  gateSaturation,
  gateSaturationSpec,
} from "./gate-chart.ts";
export {
  type GradientChart,
  type GradientTimeChart,
  gradientSpec,
  gradientTimeSpec,
} from "./gradient-chart.ts";
export { type HistoryChart, historySpec } from "./history-chart.ts";
export { renderHtml } from "./html.ts";
export { type LearningRateChart, learningRateSpec } from "./learning-rate-chart.ts";
export { renderPng } from "./png.ts";
export { type PredictedActualChart, predictedActualSpec } from "./predicted-actual-chart.ts";
export {
  type Prediction,
  type PredictionChart,
  predictionGridSpec,
  predictionSpec,
} from "./prediction-chart.ts";
export { type ResidualChart, residualSpec } from "./residual-chart.ts";
export { type StateChart, stateSpec } from "./state-chart.ts";
export { renderSvg, type TopLevelSpec } from "./svg.ts";
export { type ColourRole, DARK, LIGHT, type Palette } from "./theme.ts";
export { type Points, thin } from "./thin.ts";
export { type TokenChart, tokenSpec } from "./token-line-chart.ts";
export { type UnitText, unitTextSvg, type ValuedSegment } from "./unit-text.ts";
export { type CloudWord, type WordCloud, wordCloudSvg } from "./word-cloud.ts";
export { type WordMapChart, wordMapSpec } from "./word-map.ts";
