// `recurra embed map`: words as points of a picture.

import { Command, Option } from "commander";
import { RecurraError } from "../../platform/error.ts";
import type { WordVectors } from "../../text/vectors/word-vectors.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, wholeNumber } from "../options.ts";
import { writeOut } from "../out.ts";
import { work } from "../work.ts";
import { openWordVectors, VECTORS_HELP } from "./open-word-vectors.ts";

const METHODS = ["tsne", "umap", "pca"] as const;

interface MapArguments {
  readonly method: (typeof METHODS)[number];
  readonly words: number;
  readonly seed: number;
  readonly out: string;
}

export function mapCommand(context: CliContext): Command {
  return new Command("map")
    .description("Draw the most frequent words, alike ones together.")
    .argument("<VECTORS>", "a folder or a file of vectors")
    .addOption(
      new Option("--method <NAME>", "how they are laid out: t-SNE, UMAP, principal components")
        .choices(METHODS)
        .default("tsne"),
    )
    .addOption(new Option("--words <N>", "the N most frequent").argParser(wholeNumber(3)).default(500))
    .addOption(new Option("--seed <N>", "the same seed draws the same").argParser(wholeNumber(0)).default(0))
    .addOption(
      new Option("--out <FILE>", "a page (.html) or a picture (.svg, .png)")
        .argParser(nonEmpty)
        .default("words.html"),
    )
    .addHelpText("after", VECTORS_HELP)
    .action((path: string, options: MapArguments) => runMap(path, options, context));
}

async function runMap(path: string, options: MapArguments, context: CliContext): Promise<void> {
  const { method, out } = options;
  if (!/\.(html|svg|png)$/i.test(out))
    throw new RecurraError(
      "file-format",
      `Cannot write "${out}": wanted a name that ends in .html, .svg or .png.`,
    );
  const vectors = await openWordVectors(path);
  const count = Math.min(options.words, vectors.size);
  const bytes = await work(context, 1, async ({ signal, view }) => {
    const { coordinates, axes } = await laidOut(vectors, count, options, signal, (share) =>
      view.show({ share, label: `laying out ${count} words` }),
    );
    const [{ wordMapSpec }, { renderHtml }, { renderPng }, { renderSvg }] = await Promise.all([
      import("../../plot/word-map.ts"),
      import("../../plot/html.ts"),
      import("../../plot/png.ts"),
      import("../../plot/svg.ts"),
    ]);
    const title = `${count === vectors.size ? "All" : "The most frequent"} words by ${{ tsne: "t-SNE", umap: "UMAP", pca: "principal components" }[method]}`;
    const spec = wordMapSpec({ words: vectors.words.slice(0, count), coordinates, title, ...axes });
    const encoder = new TextEncoder();
    if (/\.html$/i.test(out)) return encoder.encode(await renderHtml(spec, title));
    const svg = await renderSvg(spec);
    return /\.png$/i.test(out) ? renderPng(svg) : encoder.encode(svg);
  });
  await writeOut(out, bytes, context);
}

async function laidOut(
  vectors: WordVectors,
  count: number,
  { method, seed }: MapArguments,
  signal: AbortSignal,
  show: (share: number) => void,
) {
  const rows = { matrix: vectors.matrix.subarray(0, count * vectors.width), width: vectors.width };
  if (method === "pca") {
    const { principalComponents } = await import("../../text/maps/principal-components.ts");
    const { coordinates, explainedVarianceRatio } = principalComponents(rows, { seed });
    const axis = (i: number) =>
      `component ${i + 1} (${(100 * (explainedVarianceRatio[i] ?? 0)).toFixed(0)} %)`;
    return { coordinates, axes: { axes: [axis(0), axis(1)] as const } };
  }
  if (method === "umap") {
    const { umap } = await import("../../text/maps/umap.ts");
    const neighbors = Math.min(15, count - 1);
    const { coordinates } = await umap(rows, {
      metric: "cosine",
      neighbors,
      seed,
      signal,
      onProgress: ({ epoch, epochs }) => show(epoch / epochs),
    });
    return { coordinates, axes: {} };
  }
  const { tsne } = await import("../../text/maps/t-sne.ts");
  const { coordinates } = await tsne(rows, {
    metric: "cosine",
    perplexity: Math.max(1, Math.min(30, (count - 1) / 3)),
    seed,
    signal,
    onProgress: ({ iteration, iterations }) => show(iteration / iterations),
  });
  return { coordinates, axes: {} };
}
