// What a training leaves on record.

/** Results of an epoch: `loss`, the metrics, and the same with `val_` where there is validation data. */
export type Logs = Readonly<Record<string, number>>;

/** What a training recorded. */
export interface History {
  /** For each epoch its number, counted from 0. */
  readonly epochs: number[];
  /** For each logged quantity its value after each epoch. */
  readonly logs: Record<string, number[]>;
  /** True if Ctrl-C ended the training. The last epoch then covers the steps that were taken, without validation. */
  interrupted: boolean;
}

/** An array by its type, and a checksum of its numbers. */
export interface ArrayFingerprint {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
}

/** The arrays of a training, without those held out, as the steps read them: one for each input and output. */
export interface DataFingerprint {
  readonly x: readonly ArrayFingerprint[];
  readonly y: readonly ArrayFingerprint[];
  readonly sampleWeight?: readonly ArrayFingerprint[] | undefined;
}
