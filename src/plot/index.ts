// What `import … from "recurra/plot"` gives: charts as Vega-Lite specifications, and their drawing as SVG and PNG.

export { type ConfusionChart, confusionSpec } from "./confusion-chart.ts";
export {
  type DecompositionChart,
  type DecompositionPart,
  decompositionSpec,
} from "./decomposition-chart.ts";
export {
  type ForecastChart,
  forecastGridSpec,
  forecastSpec,
  type Line,
  type LineRole,
} from "./forecast-chart.ts";
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
export {
  type Prediction,
  type PredictionChart,
  predictionGridSpec,
  predictionSpec,
} from "./prediction-chart.ts";
export { type ResidualChart, residualSpec } from "./residual-chart.ts";
export { renderSvg, type TopLevelSpec } from "./svg.ts";
export { type ColourRole, DARK, LIGHT, type Palette } from "./theme.ts";
export { type Points, thin } from "./thin.ts";
