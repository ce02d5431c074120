// Preparation of the spoken digits: the recordings of the repository's archive, and nothing that depends on when it was packed.

import { gunzipSync } from "node:zlib";
import type { Preparation } from "../entry.ts";
import { plainTar, untar } from "./archives.ts";
import { expectFormat } from "./text.ts";

export const spokenDigits: Preparation = ([archive]) => {
  const recordings = [...untar(gunzipSync(archive ?? new Uint8Array(0)))]
    .map(([path, content]) => [path.replace(/^[^/]*[/](?=recordings[/])/, ""), content] as const)
    .filter(([path]) => /^recordings[/]\d_[a-z]+_\d+[.]wav$/.test(path))
    .sort(([a], [b]) => (a < b ? -1 : 1));
  expectFormat(recordings.length === 3000, `it has ${recordings.length} recordings, not 3,000`);
  return [plainTar(recordings)];
};
