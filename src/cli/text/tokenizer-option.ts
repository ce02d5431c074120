// The tokenisers of the command line: by name, or read from a file.

import { InvalidArgumentError } from "commander";
import type { TokenizerFile } from "../../text/tokenizers/registry.ts";

/** A parser of names, and of paths of files. */
export function tokenizerOr<Name extends string>(
  names: readonly Name[],
): (text: string) => Name | TokenizerFile {
  return (text) => {
    const name = names.find((one) => one === text);
    if (name !== undefined) return name;
    if (/[./\\]/.test(text)) return { name: "file", path: text };
    const wanted = names.length === 0 ? "" : `${names.join(", ")}, or `;
    throw new InvalidArgumentError(
      `Wanted ${wanted}a file: a tokeniser that Recurra saved, or a tokenizer.json of Hugging Face.`,
    );
  };
}

/** Fails for a file that is no tokeniser, before anything else is read. @throws RecurraError */
export async function checkTokenizerFile({ path }: TokenizerFile): Promise<void> {
  const { loadTokenizer } = await import("../../text/tokenizers/files.ts");
  await loadTokenizer(path);
}
