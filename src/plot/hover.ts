// What a point of a chart tells under the mouse: its line, its time and its value, in words.

/** A time as the charts write it: the day, with the hour where that is not midnight; a count as it is. */
export function timeText(time: number, calendar: boolean): string {
  if (!calendar) return String(time);
  const text = new Date(time).toISOString();
  return time % 86_400_000 === 0 ? text.slice(0, 10) : `${text.slice(0, 10)} ${text.slice(11, 16)}`;
}

/** Thousands separated; about five digits where there are fewer. */
export function valueText(value: number): string {
  return Math.abs(value) >= 1000
    ? value.toLocaleString("en-US", { maximumFractionDigits: 1 })
    : value.toLocaleString("en-US", { maximumSignificantDigits: 5 });
}

/**
 * The script that shows them: a box beside the mouse. `value` is what Vega has for the point, its words by their titles; those that a
 * point has not are left out.
 */
export const HOVER_SCRIPT = `
const box = document.createElement("div");
box.id = "hover";
document.body.append(box);
function hover(_, event, __, value) {
  const known = Object.entries(value ?? {}).filter(([, text]) => text !== "" && text !== "undefined" && text !== "null");
  box.hidden = known.length === 0;
  if (box.hidden) return;
  box.replaceChildren(...known.flatMap(([name, text]) => [["dt", name], ["dd", text]].map(([kind, words]) => {
    const part = document.createElement(kind);
    part.textContent = words;
    return part;
  })));
  const room = document.documentElement.clientWidth - box.offsetWidth - 16;
  box.style.left = Math.max(0, Math.min(event.clientX + 14, room)) + "px";
  box.style.top = event.clientY + 14 + "px";
}
box.hidden = true;
`;

/** Its look, in the colours of the page. */
export const HOVER_STYLE = `#hover{position:fixed;display:grid;grid-template-columns:auto auto;gap:.1rem .7rem;padding:.45rem .6rem;
pointer-events:none;background:Canvas;color:CanvasText;border:1px solid GrayText;border-radius:4px;font-size:12px}
#hover[hidden]{display:none}#hover dt{opacity:.7}#hover dd{margin:0;text-align:right}`;
