// Vocabulary: the tokens that a tokeniser knows, each with its id.

import { RecurraError } from "../../platform/error.ts";

/** The tokens that a tokeniser knows, by id. */
export interface Vocabulary {
  /** How many ids there are: 0 to size - 1. What an embedding or an output layer has rows for. */
  readonly size: number;
  /** The id of a token; `undefined` for one that is not known. */
  idOf(token: string): number | undefined;
  /** The token of an id; `undefined` where there is none, as for the padding of words. */
  tokenOf(id: number): string | undefined;
  /** The id that short sequences are filled up with, where there is one. */
  readonly padding?: number;
  /** The id that stands for what is not known, where there is one. */
  readonly unknown?: number;
}

/** Ids with a meaning of their own. */
export interface SpecialIds {
  readonly padding?: number | undefined;
  readonly unknown?: number | undefined;
}

/**
 * A vocabulary of a list of tokens.
 *
 * @param tokens the token of each id; `undefined` for an id that stands for no token
 * @throws RecurraError `vocabulary` for a token that comes twice, or a special id beyond the list
 */
export function vocabularyOf(tokens: readonly (string | undefined)[], special: SpecialIds = {}): Vocabulary {
  const ids = new Map<string, number>();
  for (const [id, token] of tokens.entries()) {
    if (token === undefined) continue;
    const other = ids.get(token);
    if (other !== undefined)
      throw new RecurraError(
        "vocabulary",
        `A vocabulary has ${JSON.stringify(token)} twice, as ${other} and as ${id}; each token is to have one id.`,
      );
    ids.set(token, id);
  }
  for (const [name, id] of Object.entries(special)) {
    if (id !== undefined && !(Number.isInteger(id) && id >= 0 && id < tokens.length))
      throw new RecurraError(
        "vocabulary",
        `A vocabulary of ${tokens.length} ids: ${name} is ${id}; wanted an id from 0 to ${tokens.length - 1}.`,
      );
  }
  const { padding, unknown } = special;
  return {
    size: tokens.length,
    idOf: (token) => ids.get(token),
    tokenOf: (id) => tokens[id],
    ...(padding !== undefined && { padding }),
    ...(unknown !== undefined && { unknown }),
  };
}

/** The tokens of a vocabulary in the order of their ids. */
export function tokensOf(vocabulary: Vocabulary): readonly (string | undefined)[] {
  return Array.from({ length: vocabulary.size }, (_, id) => vocabulary.tokenOf(id));
}
