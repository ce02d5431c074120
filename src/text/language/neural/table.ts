// The networks of language models by name.

import { bengio } from "./bengio.ts";
import { gpt } from "./gpt.ts";
import type { NetworkKind } from "./network.ts";
import { gru, lstm, rnn } from "./recurrent.ts";

export const languageNetworks = { rnn, lstm, gru, gpt, bengio };

export type LanguageNetworkName = keyof typeof languageNetworks;

export const languageNetworkNames = Object.keys(languageNetworks) as readonly LanguageNetworkName[];

/** The options of a kind of network, all of which have defaults. */
export type LanguageNetworkOptions<Name extends LanguageNetworkName = LanguageNetworkName> =
  (typeof languageNetworks)[Name] extends NetworkKind<infer Options> ? Partial<Options> : never;
