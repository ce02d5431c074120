// All that an n-gram model knows: what is saved, and what it is made of.

import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import type { NGramTrie } from "./n-gram-trie.ts";
import type { Smoothing } from "./smoothing.ts";

/** All that an n-gram model knows. */
export interface NGramState {
  readonly tokenizer: Tokenizer;
  readonly smoothing: Smoothing;
  readonly boundaries: boolean;
  readonly trie: NGramTrie;
}
