// Messages that wait to be read, one after the other, until the sender fails or ends.

/** Keeps what arrives before it is asked for, and who asks before something arrives. */
export class Inbox {
  readonly #messages: unknown[] = [];
  readonly #readers: PromiseWithResolvers<unknown>[] = [];
  #failure: { readonly error: unknown } | undefined;

  add(message: unknown): void {
    const reader = this.#readers.shift();
    if (reader === undefined) this.#messages.push(message);
    else reader.resolve(message);
  }

  /** Nothing more will arrive; who asks is told why, once all messages are read. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    for (const reader of this.#readers.splice(0)) reader.reject(error);
  }

  next(): Promise<unknown> {
    if (this.#messages.length > 0) return Promise.resolve(this.#messages.shift());
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const reader = Promise.withResolvers<unknown>();
    this.#readers.push(reader);
    return reader.promise;
  }
}
