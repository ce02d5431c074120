// What may make any model of texts better by how its training ended: more epochs, where the last one was the best.

/** A sentence for the user, and the option of the command that it comes to. */
export interface Advice {
  readonly says: string;
  readonly option: string;
}

/**
 * Advice to train longer, where the held-out part was told best after the last epoch.
 *
 * @param training undefined of what is not trained
 * @param epochs as many as it was to be at most
 */
export function moreEpochs(
  training: { readonly heldOut: number; readonly bestEpoch: number } | undefined,
  epochs: number,
): Advice | undefined {
  if (training === undefined || training.heldOut === 0 || training.bestEpoch !== epochs) return undefined;
  return {
    says: `${epochs === 1 ? "One epoch is little" : `The last of ${epochs} epochs was the best`}: with more of them it may do better`,
    option: `--epochs ${2 * epochs}`,
  };
}

/** `The last of 30 epochs was the best: with more of them it may do better (--epochs 60).` */
export function adviceLine({ says, option }: Advice): string {
  return `${says} (${option}).`;
}
