// Occlusion: how much a prediction falls when a feature, or a window of neighbours, is hidden.

import { type Game, gainOf } from "./game.ts";

/**
 * What a prediction loses when windows of features are hidden, the others known. A feature gets the mean over the windows that it is in.
 * The values need not sum to the prediction: what two features do together is counted with each.
 *
 * Source: Zeiler and Fergus 2014, Visualizing and understanding convolutional networks, ECCV, section 4.2; the mean over windows as in
 * Captum's `Occlusion`.
 *
 * @param window features hidden at once
 * @param stride from one window to the next; the last one ends with the last feature
 * @returns [M × D]
 */
export async function occlude(game: Game, window: number, stride: number): Promise<Float64Array> {
  const { players, full } = game;
  const outputs = full.length;
  if (players === 0) return new Float64Array(0);
  const width = Math.min(window, players);
  if (width === players) {
    const gains = gainOf(game);
    return Float64Array.from({ length: players * outputs }, (_, i) => gains[i % outputs] ?? 0);
  }
  const starts: number[] = [];
  for (let start = 0; start + width < players; start += stride) starts.push(start);
  starts.push(players - width);
  const masks = new Uint8Array(starts.length * players).fill(1);
  for (const [w, start] of starts.entries()) masks.fill(0, w * players + start, w * players + start + width);
  const worth = await game.values(masks);
  const shares = new Float64Array(players * outputs);
  const counts = new Float64Array(players);
  for (const [w, start] of starts.entries()) {
    for (let i = start; i < start + width; i++) {
      counts[i] = (counts[i] ?? 0) + 1;
      for (let d = 0; d < outputs; d++)
        shares[i * outputs + d] =
          (shares[i * outputs + d] ?? 0) + (full[d] ?? 0) - (worth[w * outputs + d] ?? 0);
    }
  }
  // A stride above the window leaves features between windows: they get 0.
  return shares.map((value, i) => value / Math.max(1, counts[Math.floor(i / outputs)] ?? 0));
}
