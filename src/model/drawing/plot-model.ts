// A model as a drawing: a box for each layer with its class, name and shapes, and arrows between them, as SVG.

import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { NetworkLike } from "../network-types.ts";
import { darkRules, type ToneName, toneOf, tones } from "./colours.ts";
import { type LayoutBox, layeredLayout, type Point } from "./layered-layout.ts";
import { type GraphBox, type ModelGraph, modelGraph } from "./model-graph.ts";
import { cut, monospaceWidth, textWidth } from "./text-width.ts";

export interface PlotOptions {
  /** What each layer reads and gives. Default true. */
  readonly showShapes?: boolean;
  /** The names of the layers beside their classes. Default true. */
  readonly showNames?: boolean;
  /** The dtypes of what each layer reads and gives. Default false. */
  readonly showDtypes?: boolean;
  /** The activation of layers that have one. Default false. */
  readonly showActivations?: boolean;
  /** Which layers are frozen. Default false. */
  readonly showTrainable?: boolean;
  /** Draw models that stand within the model with their own layers. Default false. */
  readonly expandNested?: boolean;
  /** From top to bottom, or from left to right. Default "TB". */
  readonly direction?: "TB" | "LR";
}

const flags = [
  "showShapes",
  "showNames",
  "showDtypes",
  "showActivations",
  "showTrainable",
  "expandNested",
] as const;

const font = "system-ui, -apple-system, 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif";
const monospace = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace";
/** Sizes in units of the drawing: pixels, at a zoom of 1. */
const head = { size: 13, height: 28 };
const line = { size: 11, height: 17 };
const padding = 11;
const margin = 16;
const gaps = { layers: 38, boxes: 26, arrows: 18 };
const group = { padding: 16, title: 24 };
const longest = 44;

/** A drawing that has been laid out: its size, and its parts, whose places count from its corner. */
interface Picture {
  readonly width: number;
  readonly height: number;
  /** Where arrows from outside enter and leave, from the corner. */
  readonly entries: readonly number[];
  readonly exits: readonly number[];
  draw(corner: Point): string;
}

/**
 * Draws a model as SVG text, as Keras' `plot_model` does. The drawing follows the reader's preference for light or dark.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function plotModel(network: NetworkLike, options: PlotOptions = {}): string {
  checkOptionNames("plotModel", options, [...flags, "direction"]);
  for (const name of flags) {
    if (options[name] !== undefined && typeof options[name] !== "boolean")
      throw new RecurraError(
        "option-value",
        `plotModel: ${name} is to be true or false, got ${describe(options[name])}`,
      );
  }
  const {
    direction = "TB",
    showShapes = true,
    showDtypes = false,
    showActivations = false,
    expandNested = false,
  } = options;
  if (direction !== "TB" && direction !== "LR")
    throw new RecurraError(
      "option-value",
      `plotModel: direction is to be "TB" or "LR", got ${describe(direction)}`,
    );
  const graph = modelGraph(network, { showShapes, showDtypes, showActivations, expandNested });
  const picture = layOut(graph, { ...options, direction });
  const [width, height] = [picture.width + 2 * margin, picture.height + 2 * margin].map(Math.ceil) as [
    number,
    number,
  ];
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" role="img" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${font}">`,
    `<title>${escaped(`Model ${network.name}`)}</title><style>${darkRules()}</style>`,
    `<rect width="${width}" height="${height}" fill="${tones.background.light}"/>`,
    picture.draw({ x: margin, y: margin }),
    "</svg>",
  ].join("\n");
}

type Settings = PlotOptions & { readonly direction: "TB" | "LR" };

/** Places the boxes of a graph, and draws them. */
function layOut(graph: ModelGraph, settings: Settings): Picture {
  const isTurned = settings.direction === "LR";
  const pictures = new Map(
    graph.boxes.map((box) => [
      box.id,
      box.inner === undefined ? layerPicture(box, settings) : groupPicture(box, box.inner, settings),
    ]),
  );
  const border = (id: string, pin: "first" | "last"): LayoutBox => ({ id, width: 0, height: 0, pin });
  const boxes = [
    ...graph.entries.map((id) => border(id, "first")),
    ...[...pictures].map(
      ([id, { width, height, entries, exits }]): LayoutBox => ({
        id,
        width: isTurned ? height : width,
        height: isTurned ? width : height,
        ...(entries.length > 0 ? { entries } : {}),
        ...(exits.length > 0 ? { exits } : {}),
      }),
    ),
    ...graph.exits.map((id) => border(id, "last")),
  ];
  const arrows = graph.arrows.map(({ from, to, output, input }) => ({
    from,
    to,
    exit: output,
    entry: input,
  }));
  const layout = layeredLayout(boxes, arrows, gaps);
  const turned = ({ x, y }: Point): Point => (isTurned ? { x: y, y: x } : { x, y });
  const [width, height] = isTurned ? [layout.height, layout.width] : [layout.width, layout.height];
  const across = (id: string) => layout.corners.get(id)?.x ?? 0;
  const loops = graph.arrows.filter(({ from, to }) => from === to);
  return {
    width: width + (loops.length > 0 ? loopRoom : 0),
    height,
    entries: graph.entries.map(across),
    exits: graph.exits.map(across),
    draw(corner) {
      const placed = (point: Point): Point => ({
        x: corner.x + turned(point).x,
        y: corner.y + turned(point).y,
      });
      const lines = layout.routes.map((route, i) => {
        const { from = "", to = "" } = graph.arrows[i] ?? {};
        const endsInside = (pictures.get(to)?.entries.length ?? 0) > 0 || graph.exits.includes(to);
        return from === to ? "" : arrowPath(route.map(placed), { isTurned, hasHead: !endsInside });
      });
      const drawn = [...pictures].map(([id, picture]) =>
        picture.draw(placed(layout.corners.get(id) ?? { x: 0, y: 0 })),
      );
      const circles = loops.map(({ from }) => {
        const { width: w, height: h } = pictures.get(from) ?? { width: 0, height: 0 };
        const { x, y } = placed(layout.corners.get(from) ?? { x: 0, y: 0 });
        return loopPath({ x: x + w, y: y + h / 2 });
      });
      return [...drawn, ...lines, ...circles].filter((text) => text !== "").join("\n");
    },
  };
}

/** The box of a layer: a coloured head with class and name, and its lines. */
function layerPicture(box: GraphBox, { showNames = true, showTrainable = false }: Settings): Picture {
  const title = cut(box.className, longest);
  const marks = [
    ...(showNames ? [cut(box.name, longest)] : []),
    ...(box.calls > 1 ? [`×${box.calls}`] : []),
    ...(showTrainable && !box.isTrained ? ["frozen"] : []),
  ].join(" · ");
  const label = Math.max(0, ...box.lines.map((one) => textWidth(one.label, line.size))) + 9;
  const inner = Math.max(
    96 - 2 * padding,
    textWidth(title, head.size, { bold: true }) + (marks === "" ? 0 : 14 + textWidth(marks, line.size)),
    ...box.lines.map((one) => label + monospaceWidth(cut(one.value, longest), line.size)),
  );
  const width = Math.ceil(inner + 2 * padding);
  const height = head.height + (box.lines.length === 0 ? 0 : 8 + box.lines.length * line.height);
  return {
    width,
    height,
    entries: [],
    exits: [],
    draw({ x, y }) {
      const radius = 6;
      const tone = toneOf(box.className);
      const isPlain = box.lines.length === 0;
      const headPath = isPlain
        ? `<rect x="${n(x)}" y="${n(y)}" width="${width}" height="${height}" rx="${radius}" ${fill(tone)}/>`
        : `<path d="M${n(x)},${n(y + head.height)}v${radius - head.height}a${radius},${radius} 0 0 1 ${radius},${-radius}h${width - 2 * radius}a${radius},${radius} 0 0 1 ${radius},${radius}v${head.height - radius}z" ${fill(tone)}/>`;
      const base = y + head.height / 2 + 4.5;
      return [
        `<g class="layer"><title>${escaped(`${box.name} (${box.className})`)}</title>`,
        `<rect x="${n(x)}" y="${n(y)}" width="${width}" height="${height}" rx="${radius}" ${fill("box")}/>`,
        headPath,
        `<rect x="${n(x)}" y="${n(y)}" width="${width}" height="${height}" rx="${radius}" fill="none" ${stroke("outline")}/>`,
        textAt(
          { x: x + padding, y: base },
          title,
          `font-size="${head.size}" font-weight="600" ${fill("text")}`,
        ),
        marks === ""
          ? ""
          : textAt(
              { x: x + width - padding, y: base },
              marks,
              `font-size="${line.size}" text-anchor="end" ${fill("muted")}`,
            ),
        ...box.lines.flatMap((one, i) => {
          const at = y + head.height + 4 + (i + 0.72) * line.height;
          return [
            one.label === ""
              ? ""
              : textAt({ x: x + padding, y: at }, one.label, `font-size="${line.size}" ${fill("muted")}`),
            textAt(
              { x: x + padding + label, y: at },
              cut(one.value, longest),
              `font-size="${line.size}" font-family="${monospace}" ${fill("text")}`,
            ),
          ];
        }),
        "</g>",
      ]
        .filter((text) => text !== "")
        .join("");
    },
  };
}

/** A model within the model: its own drawing in a frame with its name. */
function groupPicture(box: GraphBox, graph: ModelGraph, settings: Settings): Picture {
  const inner = layOut(graph, settings);
  const isTurned = settings.direction === "LR";
  const title = [cut(box.name, longest), box.className, ...(box.calls > 1 ? [`×${box.calls}`] : [])].join(
    " · ",
  );
  const width = Math.max(inner.width, textWidth(title, line.size)) + 2 * group.padding;
  const height = inner.height + group.title + group.padding;
  const shift = { x: (width - inner.width) / 2, y: group.title };
  const along = (places: readonly number[]) => places.map((place) => place + (isTurned ? shift.y : shift.x));
  return {
    width,
    height,
    entries: along(inner.entries),
    exits: along(inner.exits),
    draw({ x, y }) {
      return [
        `<g class="model"><rect x="${n(x)}" y="${n(y)}" width="${n(width)}" height="${n(height)}" rx="10" ${fill("group")} ${stroke("arrow")} stroke-dasharray="4,4"/>`,
        textAt({ x: x + 12, y: y + 16 }, title, `font-size="${line.size}" ${fill("muted")}`),
        inner.draw({ x: x + shift.x, y: y + shift.y }),
        "</g>",
      ].join("\n");
    },
  };
}

/** Room to the right of the drawing for the arrow of a box that reads itself. */
const loopRoom = 26;

function arrowPath(
  points: readonly Point[],
  { isTurned, hasHead }: { readonly isTurned: boolean; readonly hasHead: boolean },
): string {
  const [start, ...rest] = points;
  const end = points.at(-1);
  if (start === undefined || end === undefined) return "";
  const way = rest.map((to, i) => {
    const from = points[i] ?? to;
    if (from.x === to.x || from.y === to.y) return `L${n(to.x)},${n(to.y)}`;
    const [a, b] = isTurned
      ? [
          { x: (from.x + to.x) / 2, y: from.y },
          { x: (from.x + to.x) / 2, y: to.y },
        ]
      : [
          { x: from.x, y: (from.y + to.y) / 2 },
          { x: to.x, y: (from.y + to.y) / 2 },
        ];
    return `C${n(a.x)},${n(a.y)} ${n(b.x)},${n(b.y)} ${n(to.x)},${n(to.y)}`;
  });
  const back = points.findLast(({ x, y }) => x !== end.x || y !== end.y) ?? start;
  const sign = (isTurned ? end.x - back.x : end.y - back.y) < 0 ? -1 : 1;
  return `<path class="arrow" d="M${n(start.x)},${n(start.y)}${way.join("")}" fill="none" ${stroke("arrow")} stroke-width="1.4"/>${hasHead ? headAt(end, isTurned ? { x: sign, y: 0 } : { x: 0, y: sign }) : ""}`;
}

/** The point of an arrow that goes in a direction. */
function headAt({ x, y }: Point, { x: dx, y: dy }: Point): string {
  const [long, wide] = [7, 3.6];
  const corner = (side: number) =>
    `${n(x - long * dx + side * wide * dy)},${n(y - long * dy + side * wide * dx)}`;
  return `<path d="M${n(x)},${n(y)}L${corner(1)}L${corner(-1)}z" ${fill("arrow")}/>`;
}

/** From the right side of a box back to it. */
function loopPath({ x, y }: Point): string {
  const d = `M${n(x)},${n(y - 8)}C${n(x + 22)},${n(y - 12)} ${n(x + 22)},${n(y + 12)} ${n(x)},${n(y + 8)}`;
  return `<path class="arrow" d="${d}" fill="none" ${stroke("arrow")} stroke-width="1.4"/>${headAt({ x, y: y + 8 }, { x: -1, y: 0 })}`;
}

function textAt({ x, y }: Point, text: string, attributes: string): string {
  return `<text x="${n(x)}" y="${n(y)}" ${attributes}>${escaped(text)}</text>`;
}

const fill = (tone: ToneName): string => `fill="${tones[tone].light}"`;
const stroke = (tone: ToneName): string => `stroke="${tones[tone].light}"`;

/** A number with at most one decimal. */
function n(value: number): string {
  return String(Math.round(value * 10) / 10);
}

function escaped(text: string): string {
  // Characters that XML does not allow become the sign for them.
  return text
    .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "\ufffd")
    .replace(/&/g, "&amp;")
    .replace(/</g, "&lt;")
    .replace(/>/g, "&gt;")
    .replace(/"/g, "&quot;");
}
