// The progress of a download in words.

import { displayBytes } from "../../data/catalogue/download/display-bytes.ts";
import type { FetchProgress } from "../../data/catalogue/fetch-set.ts";
import type { WorkProgress } from "../progress.ts";

/** @param name of the data set */
export function downloadProgressOf(name: string, progress: FetchProgress): WorkProgress {
  const { file, number, of, received, total, bytesPerSecond, secondsLeft } = progress;
  const size = displayBytes(received);
  const rate = bytesPerSecond === undefined ? "…" : `${displayBytes(Math.round(bytesPerSecond))}/s`;
  return {
    share: total === undefined ? undefined : received / Math.max(1, total),
    label: `${name}: ${of === 1 ? file : `${file} (${number} of ${of})`}`,
    detail: `${total === undefined ? size : `${size} of ${displayBytes(total)}`}, ${rate}`,
    // Of one file among several the share says nothing of the time that all take.
    secondsLeft: secondsLeft ?? Number.NaN,
  };
}
