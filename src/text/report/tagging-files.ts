// What `recurra tag train` leaves behind: the tagger, its tags of the test sentences, figures and a page.

import { joinPath, writeFileAtomic } from "#platform";
import { spanErrors, tokenConfusion } from "./span-errors.ts";
import { taggingPage } from "./tagging-page.ts";
import { conllText } from "./told-tags.ts";
import type { Tagging } from "./train-tagging.ts";

/** Whether a name in the folder of a tagging is one of its own. */
export function isTaggingFile(name: string): boolean {
  return ["report.html", "predictions.conll", "metrics.json", "model"].includes(name);
}

/** Writes report.html, predictions.conll, metrics.json and model/ into a folder that exists. */
export async function writeTagging(tagging: Tagging, folder: string): Promise<void> {
  const encoder = new TextEncoder();
  const write = (name: string, text: string) =>
    writeFileAtomic(joinPath(folder, name), (sink) => sink.write(encoder.encode(text)));
  await write("report.html", await taggingPage(tagging));
  await write("predictions.conll", predictionsConll(tagging));
  await write("metrics.json", `${JSON.stringify(taggingDocument(tagging), null, 2)}\n`);
  await tagging.tagger.save(joinPath(folder, "model"));
}

/** A tagging as plain JSON, the same for `--json` and metrics.json. */
export function taggingDocument(tagging: Tagging): object {
  const { tagger, source, testSource, training, test, predicted, evaluation, memory, epochs } = tagging;
  const actual = test.map(({ tags }) => tags);
  const isSpan = tagger.scheme !== "none";
  return {
    format: "recurra-tagging",
    version: 1,
    data: {
      source,
      testSource: testSource ?? null,
      training: training.length,
      test: test.length,
      tags: tagger.tags,
      scheme: tagger.scheme,
    },
    model: {
      config: tagger.config,
      parameters: tagger.network.countParams(),
      words: tagger.tables.words.size,
      characters: tagger.tables.characters.size,
      training: tagger.training,
    },
    test: evaluation,
    memory,
    ...(isSpan && { spans: spanErrors(actual, predicted) }),
    confusion: tokenConfusion(actual, predicted, isSpan),
    epochs,
    timing: tagging.timing,
  };
}

/** Each token with its tag and the one that was told, as conlleval reads it. */
function predictionsConll({ test, predicted }: Tagging): string {
  return conllText(
    test.map(({ tokens, tags }, i) =>
      tokens.map((token, t) => [token, tags[t] ?? "", predicted[i]?.[t] ?? ""]),
    ),
  );
}
