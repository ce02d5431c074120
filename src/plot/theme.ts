// The colours of plots and pages, for light and for dark surroundings.

/** What a colour is for. */
export type ColourRole =
  | "background"
  | "text"
  | "muted"
  | "grid"
  | "band"
  | "actual"
  | "forecast"
  | "backtest"
  | "baseline";

export type Palette = Readonly<Record<ColourRole, string>>;

/** No two colours are the same, so that a drawing in light colours can be recoloured. */
export const LIGHT: Palette = {
  background: "#ffffff",
  text: "#1f2328",
  muted: "#59636e",
  grid: "#e4e8ec",
  band: "#f3f5f8",
  actual: "#32383f",
  forecast: "#0969da",
  backtest: "#c9510c",
  baseline: "#8c959f",
};

export const DARK: Palette = {
  background: "#0d1117",
  text: "#e6edf3",
  muted: "#9198a1",
  grid: "#2a313c",
  band: "#161b22",
  actual: "#d1d7e0",
  forecast: "#58a6ff",
  backtest: "#ffa657",
  baseline: "#7d8590",
};

/** Style rules that turn a drawing in the light palette into the dark one where the reader prefers that. */
export function darkRules(): string {
  const rules = (Object.keys(LIGHT) as ColourRole[]).flatMap((role) =>
    ["fill", "stroke"].map((part) => `[${part}="${LIGHT[role]}"]{${part}:${DARK[role]}}`),
  );
  return `@media (prefers-color-scheme:dark){${rules.join("")}}`;
}

/** The configuration that gives Vega-Lite charts this look. */
export const CHART_CONFIG = {
  background: LIGHT.background,
  font: "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif",
  padding: 12,
  view: { stroke: null },
  title: {
    anchor: "start",
    color: LIGHT.text,
    fontSize: 15,
    fontWeight: 600,
    subtitleColor: LIGHT.muted,
    subtitleFontSize: 12,
    offset: 12,
  },
  axis: {
    domainColor: LIGHT.grid,
    gridColor: LIGHT.grid,
    tickColor: LIGHT.grid,
    labelColor: LIGHT.muted,
    labelFontSize: 11,
    titleColor: LIGHT.muted,
    titleFontSize: 11,
    titleFontWeight: 400,
  },
  axisX: { grid: false },
  axisY: { domain: false, ticks: false, titleAnchor: "start" },
  legend: {
    orient: "top",
    labelColor: LIGHT.text,
    labelFontSize: 12,
    labelLimit: 320,
    symbolType: "stroke",
    symbolSize: 260,
    symbolStrokeWidth: 2.5,
    title: null,
    offset: 6,
  },
} as const;
