// What layers share whose outputs have no mask.

import { Layer } from "../layer.ts";

/** A layer whose steps are not those of its input, or are mixed: its output has no mask. */
export abstract class Unmasked extends Layer {
  override computeMask(): undefined {
    return undefined;
  }
}
