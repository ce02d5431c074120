// The vectors that a command of `recurra embed` is given.

import { joinPath, pathExists } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type { WordVectors } from "../../text/vectors/word-vectors.ts";
import { checkModelKind } from "../model-kinds.ts";

export const VECTORS_HELP = `
VECTORS is the folder that \`recurra embed train\` wrote, or a file of word2vec
(.txt, .bin), GloVe or fastText (.vec).
`;

/** Opens a folder of `recurra embed train`, or a file. @throws RecurraError `model-missing` where there are no vectors in a folder */
export async function openWordVectors(path: string): Promise<WordVectors> {
  const { openVectors } = await import("../../text/vectors/saved-vectors.ts");
  const inner = joinPath(path, "model");
  try {
    return await openVectors((await pathExists(inner)) ? inner : path);
  } catch (error) {
    if (!(error instanceof RecurraError) || error.code !== "not-a-file") throw error;
    await checkModelKind(path, inner, "recurra embed train");
    await checkModelKind(path, path, "recurra embed train");
    throw new RecurraError(
      "model-missing",
      `Cannot open "${path}": there are no vectors in it. Give the folder that recurra embed train wrote, or a file of vectors.`,
      { cause: error },
    );
  }
}
