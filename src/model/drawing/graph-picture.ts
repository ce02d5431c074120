// A graph of boxes as a picture: laid out, with the models that are drawn open in frames of their own.

import { arrowPath, loopPath, plainLine } from "./arrows.ts";
import { layerBox } from "./layer-box.ts";
import { layeredLayout } from "./layered-layout.ts";
import type { GraphArrow, GraphBox, ModelGraph } from "./model-graph.ts";
import type { Picture } from "./picture.ts";
import type { LayoutBox, Point } from "./place.ts";
import { at, decimal, fill, stroke, textAt } from "./svg-text.ts";
import { cut, textWidth } from "./text-width.ts";

export interface PictureSettings {
  readonly showNames: boolean;
  readonly showTrainable: boolean;
  /** From left to right instead of from top to bottom. */
  readonly isTurned: boolean;
}

const gaps = { layers: 36, boxes: 26, arrows: 20 };
const frame = { padding: 16, title: 26, size: 11, longest: 60 };
/** What the arrow of a box that reads itself takes. */
const loopRoom = 26;

/** Stands for an output of a model inside that nothing outside reads. */
const unread = "";

/** The graph with those of its exits that arrows from it outside read. */
function withExits(graph: ModelGraph, arrows: readonly GraphArrow[]): ModelGraph {
  const exits = graph.exits.map((id, i) => (arrows.some(({ output }) => output === i) ? id : unread));
  return {
    ...graph,
    exits,
    arrows: graph.arrows.filter(({ to }) => !graph.exits.includes(to) || exits.includes(to)),
  };
}

/** Places the boxes of a graph. */
export function graphPicture(graph: ModelGraph, settings: PictureSettings): Picture {
  const { isTurned } = settings;
  const turn = ({ x, y }: Point): Point => (isTurned ? { x: y, y: x } : { x, y });
  const pictures = new Map(
    graph.boxes.map((box) => [
      box.id,
      box.inner === undefined
        ? layerBox(box, settings)
        : framedPicture(
            box,
            withExits(
              box.inner,
              graph.arrows.filter(({ from }) => from === box.id),
            ),
            settings,
          ),
    ]),
  );
  const border = (id: string, pin: "first" | "last"): LayoutBox => ({ id, width: 0, height: 0, pin });
  const boxes = [...pictures].map(([id, { width, height, entries, exits }]): LayoutBox => {
    const { x, y } = turn({ x: width, y: height });
    return {
      id,
      width: x,
      height: y,
      ...(entries.length > 0 ? { entries } : {}),
      ...(exits.length > 0 ? { exits } : {}),
    };
  });
  const layout = layeredLayout(
    [
      ...graph.entries.map((id) => border(id, "first")),
      ...boxes,
      ...graph.exits.filter((id) => id !== unread).map((id) => border(id, "last")),
    ],
    graph.arrows.map(({ from, to, output, input }) => ({ from, to, exit: output, entry: input })),
    gaps,
  );
  const loops = graph.arrows.filter(({ from, to }) => from === to).map(({ from }) => from);
  const { x: width, y: height } = turn({
    x: layout.width + (loops.length > 0 ? loopRoom : 0),
    y: layout.height,
  });
  const along = (id: string) => layout.corners.get(id)?.x ?? 0;
  return {
    width,
    height,
    entries: graph.entries.map(along),
    exits: graph.exits.map(along),
    draw(corner) {
      const placed = (point: Point): Point => ({ x: corner.x + turn(point).x, y: corner.y + turn(point).y });
      const cornerOf = (id: string) => placed(layout.corners.get(id) ?? { x: 0, y: 0 });
      const arrows = layout.routes.map((route, i) => {
        const to = graph.arrows[i]?.to ?? "";
        // Into a model, and out of one, the arrow goes on.
        const hasHead = (pictures.get(to)?.entries.length ?? 0) === 0 && !graph.exits.includes(to);
        return arrowPath(route.map(placed), { isTurned, hasHead });
      });
      const circles = loops.map((id) => {
        const { x, y } = cornerOf(id);
        const { width: w, height: h } = pictures.get(id) ?? { width: 0, height: 0 };
        return loopPath(isTurned ? { x: x + w / 2, y: y + h } : { x: x + w, y: y + h / 2 }, isTurned);
      });
      const drawn = [...pictures].map(([id, picture]) => picture.draw(cornerOf(id)));
      return [...drawn, ...arrows, ...circles].filter((text) => text !== "").join("\n");
    },
  };
}

/** A model within the model: its own picture in a frame with its name. */
function framedPicture(box: GraphBox, graph: ModelGraph, settings: PictureSettings): Picture {
  const inner = graphPicture(graph, settings);
  const marks = [cut(box.name, frame.longest), box.className, ...(box.calls > 1 ? [`×${box.calls}`] : [])];
  const title = [...marks, ...(settings.showTrainable && !box.isTrained ? ["frozen"] : [])].join(" · ");
  const width = Math.max(inner.width, textWidth(title, frame.size)) + 2 * frame.padding;
  const height = inner.height + frame.title + frame.padding;
  const shift = { x: (width - inner.width) / 2, y: frame.title };
  const isTurned = settings.isTurned;
  const along = (places: readonly number[]) => places.map((place) => place + (isTurned ? shift.y : shift.x));
  const [entries, exits] = [along(inner.entries), along(inner.exits)];
  /** From the border to the picture inside, and from there to the other border. */
  const links = ({ x, y }: Point): readonly string[] => {
    const lineAt = (place: number, from: number, to: number) =>
      isTurned
        ? plainLine({ x: x + from, y: y + place }, { x: x + to, y: y + place })
        : plainLine({ x: x + place, y: y + from }, { x: x + place, y: y + to });
    const [start, end, border] = isTurned
      ? [shift.x, shift.x + inner.width, width]
      : [shift.y, shift.y + inner.height, height];
    return [
      ...entries.map((place) => lineAt(place, 0, start)),
      ...exits.filter((_, i) => graph.exits[i] !== unread).map((place) => lineAt(place, end, border)),
    ];
  };
  return {
    width,
    height,
    entries,
    exits,
    draw(corner) {
      const { x, y } = corner;
      const size = `width="${decimal(width)}" height="${decimal(height)}"`;
      // A border round the letters keeps lines off them.
      const halo = `font-size="${frame.size}" ${fill("muted")} ${stroke("group")} stroke-width="5" stroke-linejoin="round" paint-order="stroke"`;
      return [
        `<g class="model"><rect ${at(corner)} ${size} rx="10" ${fill("group")} ${stroke("arrow")} stroke-dasharray="4,4"/>`,
        ...links(corner),
        inner.draw({ x: x + shift.x, y: y + shift.y }),
        textAt({ x: x + 12, y: y + 17 }, title, halo),
        "</g>",
      ].join("\n");
    },
  };
}
