// The one error class that Recurra throws for bad input.

/**
 * An error a user can act on: its message names the thing, what came, what is wanted and what to do.
 * `code` is stable across versions, so programs may branch on it.
 */
export class RecurraError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "RecurraError";
    this.code = code;
  }
}
