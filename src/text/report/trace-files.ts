// What `trace` leaves behind: a page, the trace as JSON, and its charts as SVG and PNG.

import { joinPath, writeFileAtomic, writeFolderAtomic } from "#platform";
import { renderPng } from "../../plot/png.ts";
import type { TextTrace } from "../inside/text-trace.ts";
import { tracePage } from "./trace-page.ts";

/** Whether a file in the folder of a trace is one that {@link writeTrace} writes. */
export function isTraceFile(name: string): boolean {
  return ["trace.html", "trace.json", "charts"].includes(name);
}

export interface WriteTraceOptions {
  /** What the model is called: `lstm`. */
  readonly model: string;
  readonly signal?: AbortSignal | undefined;
}

/** Writes trace.html, trace.json and charts/ (SVG and PNG) into a folder, all of it or nothing. @throws RecurraError as `writeFolderAtomic` */
export async function writeTrace(
  trace: TextTrace,
  folder: string,
  { model, signal }: WriteTraceOptions,
): Promise<void> {
  const { html, charts } = await tracePage(trace, model);
  await writeFolderAtomic(
    folder,
    async (into) => {
      const encoder = new TextEncoder();
      await writeFileAtomic(joinPath(into, "trace.html"), (sink) => sink.write(encoder.encode(html)));
      await writeFileAtomic(joinPath(into, "trace.json"), (sink) =>
        sink.write(encoder.encode(`${JSON.stringify(trace)}\n`)),
      );
      await writeFolderAtomic(joinPath(into, "charts"), async (inner) => {
        for (const { name, svg } of charts) {
          signal?.throwIfAborted();
          const png = await renderPng(svg);
          await writeFileAtomic(joinPath(inner, `${name}.svg`), (sink) => sink.write(encoder.encode(svg)));
          await writeFileAtomic(joinPath(inner, `${name}.png`), (sink) => sink.write(png));
        }
      });
    },
    { owned: isTraceFile },
  );
}
