// Tokenisers of Hugging Face's tokenizer.json, through their own library.

import type { Tokenizer as Library } from "@huggingface/tokenizers";
import { z } from "zod";
import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { readRecord } from "./record.ts";
import { checkId } from "./texts.ts";
import type { Tokenizer, TokenizerRecord } from "./tokenizer.ts";
import type { Vocabulary } from "./vocabulary.ts";

type LibraryModule = typeof import("@huggingface/tokenizers");

/** The library, once it has been asked for: most programs never need it. */
let library: LibraryModule | undefined;

/** Loads the library, so that `tokenizerOf` can read records of this kind at once. */
export async function loadHuggingFaceLibrary(): Promise<void> {
  library ??= await import("@huggingface/tokenizers");
}

/**
 * A tokeniser of a tokenizer.json, as Hugging Face's models have it beside their weights.
 *
 * @param json the file's content as JSON
 * @param config the content of tokenizer_config.json, which says a little more; may be left out
 * @throws RecurraError `tokenizer-format` for what is no tokenizer.json, or one that the library does not know
 */
export async function huggingFaceTokenizer(
  json: unknown,
  config: object = {},
): Promise<HuggingFaceTokenizer> {
  await loadHuggingFaceLibrary();
  return new HuggingFaceTokenizer(json, config);
}

const fileSchema = z.looseObject({
  model: z.looseObject({ vocab: z.union([z.record(z.string(), z.int()), z.array(z.unknown())]) }),
  added_tokens: z.array(z.looseObject({ id: z.int(), content: z.string() })).optional(),
});

/** What padding is called by the models there are. */
const PADDING_TOKENS = ["[PAD]", "<pad>", "<|pad|>", "<|padding|>"];

/** Made by {@link huggingFaceTokenizer}. */
export class HuggingFaceTokenizer implements Tokenizer {
  readonly name = "hugging-face";
  readonly vocabulary: Vocabulary;
  readonly #json: unknown;
  readonly #config: object;
  readonly #library: Library;

  /** @throws RecurraError `library-not-loaded` before `loadHuggingFaceLibrary` is done; `tokenizer-format` */
  constructor(json: unknown, config: object) {
    if (library === undefined)
      throw new RecurraError(
        "library-not-loaded",
        "A hugging-face tokeniser needs its library, which is loaded when it is first needed. Read the record with " +
          "`await openTokenizer(record)`, or call `await loadHuggingFaceLibrary()` first.",
      );
    const { success, data, error } = fileSchema.safeParse(json);
    if (!success) {
      const [issue] = error.issues;
      throw new RecurraError(
        "tokenizer-format",
        `This is no tokenizer.json of Hugging Face: ${issue?.path.join(".") || "it"}: ${issue?.message}; got ${describe(json)}.`,
        { cause: error },
      );
    }
    try {
      this.#library = new library.Tokenizer(data, config);
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RecurraError(
        "tokenizer-format",
        `This tokenizer.json is none that Hugging Face's library for JavaScript can read: ${reason}`,
        { cause },
      );
    }
    this.#json = json;
    this.#config = config;
    this.vocabulary = vocabularyOf(this.#library, data.model, config);
  }

  split(text: string): readonly string[] {
    return this.#library.tokenize(text, { add_special_tokens: false });
  }

  /** The ids of a text, without the tokens that some models put around it, such as [CLS]. */
  encode(text: string): Int32Array {
    return Int32Array.from(this.#library.encode(text, { add_special_tokens: false }).ids);
  }

  decode(ids: Iterable<number>): string {
    const { size, padding } = this.vocabulary;
    const kept: number[] = [];
    for (const id of ids) {
      checkId("hugging-face", id, size);
      if (id !== padding) kept.push(id);
    }
    return kept.length === 0 ? "" : this.#library.decode(kept, { skip_special_tokens: false });
  }

  record(): TokenizerRecord {
    return {
      format: "recurra-tokenizer",
      version: 1,
      name: this.name,
      config: this.#config,
      tokenizer: this.#json,
    };
  }
}

function vocabularyOf(
  tokenizer: Library,
  model: Readonly<Record<string, unknown>>,
  config: object,
): Vocabulary {
  let size = 0;
  for (const id of tokenizer.get_vocab(true).values()) size = Math.max(size, id + 1);
  const named = "pad_token" in config && typeof config.pad_token === "string" ? [config.pad_token] : [];
  const padding = [...named, ...PADDING_TOKENS].map((token) => tokenizer.token_to_id(token)).find(isId);
  const unknown =
    typeof model.unk_token === "string"
      ? tokenizer.token_to_id(model.unk_token)
      : typeof model.unk_id === "number"
        ? model.unk_id
        : undefined;
  return {
    size,
    idOf: (token) => tokenizer.token_to_id(token),
    tokenOf: (id) => tokenizer.id_to_token(id),
    ...(padding !== undefined && { padding }),
    ...(unknown !== undefined && { unknown }),
  };
}

function isId(id: number | undefined): id is number {
  return id !== undefined;
}

const schema = z.object({ config: z.looseObject({}), tokenizer: z.unknown() });

/** @throws RecurraError `library-not-loaded`, `tokenizer-format` */
export function huggingFaceOf(record: TokenizerRecord): HuggingFaceTokenizer {
  const { config, tokenizer } = readRecord(record, schema);
  return new HuggingFaceTokenizer(tokenizer, config);
}
