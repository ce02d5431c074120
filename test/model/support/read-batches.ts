// All batches of an epoch in a list.

import type { Batch, Batches } from "../../../src/model/source.ts";

export async function readBatches(batches: Batches): Promise<Batch[]> {
  const all: Batch[] = [];
  for await (const batch of batches) all.push(batch);
  return all;
}
