// Functions that the tests of executors run on other threads.

import { RecurraError } from "../../src/platform/error.ts";

export function sum({ values }: { readonly values: Float64Array }): number {
  return values.reduce((total, value) => total + value, 0);
}

export async function slow({ milliseconds }: { readonly milliseconds: number }): Promise<number> {
  await new Promise((resolve) => setTimeout(resolve, milliseconds));
  return milliseconds;
}

export function fail(): never {
  throw new RecurraError("sample", "this job fails on purpose");
}

export function forever(): never {
  for (;;);
}
