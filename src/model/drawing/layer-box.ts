// The box of a layer: a coloured head with its class and name, and under it what it reads and gives.

import { toneOf } from "./colours.ts";
import type { GraphBox } from "./model-graph.ts";
import type { Picture } from "./picture.ts";
import { at, decimal, escaped, fill, stroke, textAt } from "./svg-text.ts";
import { cut, textWidth } from "./text-width.ts";

const head = { size: 13, height: 28 };
const line = { size: 11, height: 17 };
const padding = 11;
const radius = 6;
const narrowest = 96;
/** Characters of a text that are shown. */
const longest = 44;

export function layerBox(box: GraphBox, { showNames = true, showTrainable = false }): Picture {
  const title = cut(box.className, longest);
  const marks = [
    ...(showNames ? [cut(box.name, longest)] : []),
    ...(box.calls > 1 ? [`×${box.calls}`] : []),
    ...(showTrainable && !box.isTrained ? ["frozen"] : []),
  ].join(" · ");
  const label = Math.max(0, ...box.lines.map((one) => textWidth(one.label, line.size))) + 8;
  const inner = Math.max(
    narrowest - 2 * padding,
    textWidth(title, head.size, { bold: true }) + (marks === "" ? 0 : 14 + textWidth(marks, line.size)),
    ...box.lines.map((one) => label + textWidth(cut(one.value, longest), line.size)),
  );
  const width = Math.ceil(inner + 2 * padding);
  const height = head.height + (box.lines.length === 0 ? 0 : 9 + box.lines.length * line.height);
  const frame = `width="${width}" height="${height}" rx="${radius}"`;
  const headFrame =
    box.lines.length === 0
      ? (x: number, y: number) => `<rect ${at({ x, y })} ${frame} `
      : (x: number, y: number) => `<path d="${roundedTop(x, y, width)}" `;
  return {
    width,
    height,
    entries: [],
    exits: [],
    draw({ x, y }) {
      const base = y + head.height / 2 + 4.5;
      const [left, right] = [x + padding, x + width - padding];
      const small = `font-size="${line.size}"`;
      return [
        `<g class="layer"><title>${escaped(`${box.name} (${box.className})`)}</title>`,
        `<rect ${at({ x, y })} ${frame} ${fill("box")}/>`,
        `${headFrame(x, y)}${fill(toneOf(box.className))}/>`,
        `<rect ${at({ x, y })} ${frame} fill="none" ${stroke("outline")}/>`,
        textAt({ x: left, y: base }, title, `font-size="${head.size}" font-weight="600" ${fill("text")}`),
        marks === ""
          ? ""
          : textAt({ x: right, y: base }, marks, `${small} text-anchor="end" ${fill("muted")}`),
        ...box.lines.flatMap((one, i) => {
          const foot = y + head.height + 4 + (i + 0.74) * line.height;
          return [
            one.label === "" ? "" : textAt({ x: left, y: foot }, one.label, `${small} ${fill("muted")}`),
            textAt({ x: left + label, y: foot }, cut(one.value, longest), `${small} ${fill("text")}`),
          ];
        }),
        "</g>",
      ].join("");
    },
  };
}

/** The outline of a head: round above, straight below. */
function roundedTop(x: number, y: number, width: number): string {
  const [side, top] = [head.height - radius, width - 2 * radius];
  const arc = (dx: number, dy: number) => `a${radius},${radius} 0 0 1 ${dx},${dy}`;
  return `M${decimal(x)},${decimal(y + head.height)}v${-side}${arc(radius, -radius)}h${top}${arc(radius, radius)}v${side}z`;
}
