// How the training of a network went: what reports draw and tell of it.

import type { Logs } from "../../model/history.ts";

/** An epoch that has just ended. */
export interface EpochReport {
  /** From 1 on. */
  readonly epoch: number;
  /** How many there may be. */
  readonly epochs: number;
  readonly logs: Logs;
}

/** A training in epochs. */
export interface TrainingRecord {
  /** For each epoch its number, counted from 0. */
  readonly epochs: readonly number[];
  /** For each logged quantity its value after each epoch; with `val_` that of the series held out. */
  readonly logs: Readonly<Record<string, readonly number[]>>;
  /** The epoch whose weights were kept, counted from 0. */
  readonly best: number;
  /** How many series were held out for early stopping; 0 where the training loss was watched. */
  readonly heldOut: number;
}
