// The chart of attention: which tokens each token looks at, a map for each head.

import { RecurraError } from "../platform/error.ts";
import type { NdArray } from "../tensor/nd-array.ts";
import { shortNumber } from "./explanation-parts.ts";
import type { TopLevelSpec } from "./svg.ts";
import { LIGHT } from "./theme.ts";
import { shownNote, tokenLabel } from "./token-axis.ts";

export interface AttentionChart {
  /** [T] Those that look. */
  readonly tokens: readonly string[];
  /** [S] Those that are looked at. Default: the same. */
  readonly keys?: readonly string[] | undefined;
  /** [heads, T, S] */
  readonly weights: NdArray;
  /** Heads that are drawn, by number. Default: the first 8. */
  readonly heads?: readonly number[] | undefined;
  /** Tokens that are drawn, from the first. Default 32. */
  readonly maxTokens?: number | undefined;
  /** What takes the rest of a row where it does not sum to 1, as padding does. Default "(rest)". */
  readonly rest?: string | undefined;
  /** Maps side by side. Default: as many as have room. */
  readonly columns?: number | undefined;
  readonly title?: string | undefined;
  /** Default: how the drawing is read. */
  readonly subtitle?: string | undefined;
}

const HEADS_SHOWN = 8;
const TOKENS = 32;
const MAP = { side: 352, cell: 20, width: 940 };
/** What is fainter is left out; rows whose rest is less sum to 1. */
const FAINTEST = 0.02;
const REST = 0.005;
/** The share of weights that are not of the deepest colour: the first tokens of a text have few others to look at. */
const BELOW_DEEPEST = 0.98;
/** Where the greatest weight is less than this times the least, a head looks everywhere alike. */
const EVEN = 1.5;

/**
 * The Vega-Lite specification of maps of attention: a row for each token that looks, a column for each that it looks at, the deeper the
 * more of its attention goes there. Of each head, 1 in 50 weights has the deepest colour; the title says from which weight on.
 *
 * @throws RecurraError `chart` for weights that are not [heads, T, S] or not finite, and for heads that there are not
 */
export function attentionSpec(chart: AttentionChart): TopLevelSpec {
  const { tokens, keys = tokens, weights, maxTokens = TOKENS, title = "Attention" } = chart;
  const [count = 0, queries = 0, looked = 0] = weights.shape;
  if (weights.rank !== 3 || queries !== tokens.length || looked !== keys.length || weights.size === 0)
    throw new RecurraError(
      "chart",
      `attentionSpec: wants weights [heads, ${tokens.length}, ${keys.length}], got [${weights.shape.join(", ")}]`,
    );
  const numbers = weights.toFloat64();
  const odd = numbers.findIndex((value) => !Number.isFinite(value));
  if (odd >= 0)
    throw new RecurraError("chart", `attentionSpec: a weight is ${numbers[odd]}; wanted finite numbers`);
  const heads = chart.heads ?? Array.from({ length: Math.min(count, HEADS_SHOWN) }, (_, head) => head);
  const strange = heads.find((head) => !(Number.isInteger(head) && head >= 0 && head < count));
  if (strange !== undefined || heads.length === 0)
    throw new RecurraError(
      "chart",
      `attentionSpec: heads is [${heads.join(", ")}]; wanted heads from 0 to ${count - 1}`,
    );
  const rows = Math.min(queries, maxTokens);
  const columns = Math.min(looked, maxTokens);
  const cell = Math.max(6, Math.min(MAP.cell, Math.floor(MAP.side / Math.max(rows, columns))));
  let hasRest = false;
  const maps = heads.map((head) => {
    const cells: { readonly t: number; readonly s: number; readonly weight: number }[] = [];
    const own: number[] = [];
    for (let t = 0; t < rows; t++) {
      let rest = 1;
      for (let s = 0; s < looked; s++) {
        const weight = numbers[(head * queries + t) * looked + s] ?? 0;
        rest -= weight;
        if (s >= columns || weight === 0) continue;
        cells.push({ t, s, weight });
        own.push(weight);
      }
      if (rest >= REST) cells.push({ t, s: looked, weight: rest });
    }
    hasRest ||= cells.some(({ s }) => s === looked);
    own.sort((a, b) => a - b);
    const deepest = own[Math.ceil(BELOW_DEEPEST * own.length) - 1] ?? 1;
    const values = cells
      .map(({ t, s, weight }) => ({
        t,
        s,
        weight: Number(weight.toPrecision(3)),
        opacity: Number(Math.min(1, weight / deepest).toFixed(2)),
      }))
      .filter(({ opacity }) => opacity >= FAINTEST);
    const isEven = deepest < EVEN * (own[Math.floor((1 - BELOW_DEEPEST) * own.length)] ?? 0);
    return { head, values, told: `${shortNumber(deepest)}${isEven ? ", all about alike" : ""}` };
  });
  const shownKeys = [...keys.slice(0, columns).map((token) => tokenLabel(token))];
  const places = shownKeys.map((_, s) => s);
  if (hasRest) {
    shownKeys.push(chart.rest ?? "(rest)");
    places.push(looked);
  }
  const labels = (texts: readonly string[], at: readonly number[], extra: object) => ({
    title: null,
    labelExpr: `${JSON.stringify(Object.fromEntries(at.map((place, i) => [place, texts[i]])))}[datum.value]`,
    // Of small cells every second or third is named.
    values: at.filter((_, i) => i % Math.ceil(8 / cell) === 0 || i === at.length - 1),
    labelColor: LIGHT.text,
    labelFontSize: Math.max(8, Math.min(11, cell)),
    labelLimit: 0,
    labelOverlap: false,
    labelPadding: 3,
    ticks: false,
    domain: false,
    grid: false,
    ...extra,
  });
  const texts = tokens.slice(0, rows).map((token) => tokenLabel(token));
  const order = texts.map((_, t) => t);
  const isUpright = shownKeys.every((label) => 7 * [...label].length <= cell);
  const side = cell * places.length + 7 * Math.max(...texts.map((text) => [...text].length)) + 30;
  return {
    $schema: "https://vega.github.io/schema/vega-lite/v6.json",
    title: {
      text: title,
      subtitle: [
        chart.subtitle ??
          "Each row is a token that looks, each column one that it looks at: the deeper, the more of its attention.",
        ...[
          heads.length < count && chart.heads === undefined
            ? `The first ${heads.length} of ${count} heads.`
            : "",
          shownNote(Math.max(queries, looked), maxTokens),
        ].filter((line) => line !== ""),
      ],
    },
    columns: chart.columns ?? Math.max(1, Math.min(heads.length, Math.floor(MAP.width / side))),
    spacing: 22,
    concat: maps.map(({ head, values, told }) => ({
      title: {
        text: `head ${head}: deepest from ${told}`,
        fontSize: 12,
        fontWeight: 600,
        offset: 6,
      },
      width: cell * places.length,
      height: cell * rows,
      view: { fill: LIGHT.band },
      data: { values },
      mark: { type: "rect", color: LIGHT.forecast },
      encoding: {
        x: {
          field: "s",
          type: "ordinal",
          scale: { domain: places, padding: 0 },
          axis: labels(shownKeys, places, {
            orient: "top",
            labelAngle: isUpright ? 0 : -60,
            labelAlign: isUpright ? "center" : "left",
          }),
        },
        y: {
          field: "t",
          type: "ordinal",
          scale: { domain: order, padding: 0 },
          axis: labels(texts, order, {}),
        },
        opacity: { field: "opacity", type: "quantitative", legend: null, scale: null },
        tooltip: [{ field: "weight", title: "weight" }],
      },
    })),
  } as TopLevelSpec;
}
