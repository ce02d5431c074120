// The networks by name.

import { encoderDecoder } from "./encoder-decoder.ts";
import { dlinear, nlinear } from "./linear.ts";
import type { NetworkKind } from "./network.ts";
import { nhits } from "./nhits.ts";
import { patchtst } from "./patchtst.ts";
import { gru, lstm, rnn } from "./recurrent.ts";
import { tcn } from "./tcn.ts";
import { transformer } from "./transformer.ts";

/** The kinds of networks there are. */
export const networks = {
  rnn,
  lstm,
  gru,
  "encoder-decoder": encoderDecoder,
  tcn,
  nhits,
  nlinear,
  dlinear,
  transformer,
  patchtst,
};

export type NetworkName = keyof typeof networks;

export const networkNames = Object.keys(networks) as readonly NetworkName[];

/** The options of a kind of network, all of which have defaults. */
export type NetworkOptions<Name extends NetworkName = NetworkName> =
  (typeof networks)[Name] extends NetworkKind<infer Options> ? Partial<Options> : never;
