// An explanation of a text as a page or a picture.

import { writeFileAtomic } from "#platform";
import type { TextExplanation } from "../../explain/text-explanation.ts";
import { RecurraError } from "../../platform/error.ts";
import { forceSpec } from "../../plot/explanation-force.ts";
import { colouredTextHtml } from "../../plot/explanation-text.ts";
import { colouredTextSvg } from "../../plot/explanation-text-svg.ts";
import { renderPng } from "../../plot/png.ts";
import { escapeHtml, figure, htmlPage, paragraph } from "../../report/page.ts";

/**
 * Writes a page (.html) with the coloured text and the force plot, or the coloured text as a picture (.svg, .png).
 *
 * @param note further words for the reader of a page
 * @throws RecurraError `file-format` for a name that ends otherwise
 */
export async function writeExplanation(
  explanation: TextExplanation,
  output: string,
  path: string,
  note?: string,
): Promise<void> {
  const row = explanation.row(output);
  const chart = {
    segments: explanation.segments(output),
    prediction: row.prediction,
    baseValue: row.baseValue,
    output,
  };
  const ending = /\.(html|svg|png)$/i.exec(path)?.[1]?.toLowerCase();
  const write = (bytes: Uint8Array) => writeFileAtomic(path, (sink) => sink.write(bytes));
  const encoder = new TextEncoder();
  if (ending === "svg") return write(encoder.encode(colouredTextSvg(chart)));
  if (ending === "png") return write(await renderPng(colouredTextSvg(chart)));
  if (ending !== "html")
    throw new RecurraError(
      "file-format",
      `Cannot write "${path}": wanted a name that ends in .html, .svg or .png.`,
    );
  const title = `Why “${output}”?`;
  const page = htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    // A name of another direction leaves the figures beside it where they are.
    colouredTextHtml({ ...chart, output: `\u2068${output}\u2069` }),
    note === undefined ? "" : paragraph(note, "small"),
    await figure(forceSpec({ explanation: row, title: "What pushes the probability" })),
    paragraph(
      "What all words add, and the base value, the probability for the text without any of them, sum to the prediction (Shapley values by KernelSHAP, Lundberg & Lee 2017).",
      "small",
    ),
  ]);
  await write(encoder.encode(page));
}
