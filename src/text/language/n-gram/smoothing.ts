// The smoothings of n-gram models by name, with their options.

import { checkedConfig } from "../../../nn/choice.ts";
import { flag, positive } from "../../../nn/layer-options.ts";
import { checkOptions, numberKind } from "../../../nn/losses/rule.ts";
import { addK, type Estimator, type Events, maximumLikelihood } from "./estimator.ts";
import { type KneserNeyOptions, kneserNey } from "./kneser-ney.ts";
import type { NGramTrie } from "./n-gram-trie.ts";

/** How counts become probabilities, as a model saves it. */
export type Smoothing =
  | { readonly name: "maximumLikelihood" }
  | ({ readonly name: "addK" } & AddKOptions)
  | ({ readonly name: "kneserNey" } & KneserNeyOptions);

export interface AddKOptions {
  /** What is added to each count: 1 is Laplace's law. Default 1. */
  readonly k?: number | undefined;
}

/** A smoothing by its name, or with options: `{ name: "addK", k: 0.1 }`. */
export type SmoothingChoice = Smoothing | Smoothing["name"];

const kinds = {
  maximumLikelihood: {},
  addK: { k: positive },
  kneserNey: {
    modified: flag,
    discount: numberKind("a number above 0, up to 1", (value) => value > 0 && value <= 1),
    uniform: flag,
  },
};

/** The smoothing that a choice stands for. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
export function smoothingOf(choice: SmoothingChoice): Smoothing {
  const names = Object.fromEntries(
    Object.entries(kinds).map(([name, options]) => [name, Object.keys(options)]),
  );
  const { name, ...options } = checkedConfig("smoothing", choice, names) as Smoothing;
  checkOptions(`smoothing ${name}`, options, kinds[name]);
  return { name, ...options } as Smoothing;
}

/** @param start the id that stands before each text, if there is one */
export function estimatorOf(
  smoothing: Smoothing,
  trie: NGramTrie,
  events: Events,
  start: number | undefined,
): Estimator {
  switch (smoothing.name) {
    case "maximumLikelihood":
      return maximumLikelihood(trie);
    case "addK":
      return addK(trie, events, smoothing.k ?? 1);
    case "kneserNey":
      return kneserNey(trie, events, smoothing, start);
  }
}
