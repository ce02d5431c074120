// What `import … from "recurra/plot"` gives: charts as Vega-Lite specifications, and their drawing as SVG and PNG.

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
export { type LearningRateChart, learningRateSpec } from "./learning-rate-chart.ts";
export { renderPng } from "./png.ts";
export { renderSvg, type TopLevelSpec } from "./svg.ts";
export { type ColourRole, DARK, LIGHT, type Palette } from "./theme.ts";
export { type Points, thin } from "./thin.ts";
