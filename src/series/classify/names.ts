// What methods and settings are called where people read.

import { displayName } from "../report/names.ts";

const NAMES = new Map([
  ["rocket", "MiniRocket"],
  ["conv", "convolutions (FCN)"],
  ["nearest", "nearest neighbour"],
  ["dtw", "nearest neighbour, warped"],
  ["majority", "most frequent class"],
]);

/** `MiniRocket` for `rocket`. */
export function classifierName(name: string): string {
  return NAMES.get(name) ?? displayName(name);
}
