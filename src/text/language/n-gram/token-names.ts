// TokenNames: what ids are called in an n-gram model, those of the boundaries too.

import { RecurraError } from "../../../platform/error.ts";
import { suggestion } from "../../../platform/nearest.ts";
import type { Vocabulary } from "../../tokenizers/vocabulary.ts";

/** The names of the start and the end of a text, among tokens. */
export const START_NAME = "<s>";
export const END_NAME = "</s>";

/** The names of ids and the ids of names. */
export class TokenNames {
  readonly #vocabulary: Vocabulary;
  /** The id that ends a text, and the one that stands before it; `undefined` without boundaries. */
  readonly end: number | undefined;
  readonly start: number | undefined;

  /** @param boundaries whether the two ids after the vocabulary's are the end and the start of a text */
  constructor(vocabulary: Vocabulary, boundaries: boolean) {
    this.#vocabulary = vocabulary;
    this.end = boundaries ? vocabulary.size : undefined;
    this.start = boundaries ? vocabulary.size + 1 : undefined;
  }

  /** The name of an id; `#7` for an id that stands for no token. */
  nameOf(id: number): string {
    if (id === this.end) return END_NAME;
    return id === this.start ? START_NAME : (this.#vocabulary.tokenOf(id) ?? `#${id}`);
  }

  /** The name of an id where {@link idOf} gives that id back, else the id. */
  exactNameOf(id: number): string | number {
    const name = this.nameOf(id);
    return this.#knownIdOf(name) === id ? name : id;
  }

  /** @throws RecurraError `unknown-token` for a name of which there is none, where the vocabulary has no id for unknown tokens */
  idOf(name: string): number {
    const id = this.#knownIdOf(name) ?? this.#vocabulary.unknown;
    if (id !== undefined) return id;
    const size = this.#vocabulary.size;
    const tokens = Array.from(
      { length: Math.min(size, 10_000) },
      (_, other) => this.#vocabulary.tokenOf(other) ?? "",
    );
    throw new RecurraError(
      "unknown-token",
      `The n-gram model does not know the token ${JSON.stringify(name)}. ${suggestion(name, tokens)}It knows those of the texts that its tokeniser was fitted to`,
    );
  }

  #knownIdOf(name: string): number | undefined {
    const id = this.#vocabulary.idOf(name);
    if (id !== undefined) return id;
    if (name === END_NAME) return this.end;
    return name === START_NAME ? this.start : undefined;
  }
}
