// What a thread of jobs is told, and what it answers.

import type { Job } from "./executor.ts";

export interface Order extends Job {
  readonly id: number;
}

export type Answer =
  | { readonly id: number; readonly kind: "done"; readonly result: unknown }
  | {
      readonly id: number;
      readonly kind: "failed";
      readonly code: string | undefined;
      readonly message: string;
      readonly stack: string | undefined;
    };
