// Reading a file of any size from its beginning on, a few megabytes at a time: lines, words, runs of bytes; gzip is unpacked on the way.

import { openBytes } from "#platform";
import { RecurraError } from "../../platform/error.ts";
import type { ByteSource } from "../../platform/types.ts";

const PIECE_BYTES = 4 * 2 ** 20;

/** The pieces of a file in order, unpacked where it begins as a gzip file does. */
async function* pieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  const start = await source.read(0, Math.min(2, source.size));
  if (start[0] !== 0x1f || start[1] !== 0x8b) {
    yield* packedPieces(source);
    return;
  }
  const packed = packedPieces(source);
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const { done, value } = await packed.next();
      if (done === true) controller.close();
      else controller.enqueue(value as Uint8Array<ArrayBuffer>);
    },
  });
  const reader = stream.pipeThrough(new DecompressionStream("gzip")).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      yield value as Uint8Array;
    }
  } finally {
    await reader.cancel().catch(() => {});
  }
}

async function* packedPieces(source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.size; at += PIECE_BYTES)
    yield await source.read(at, Math.min(PIECE_BYTES, source.size - at));
}

/** A file that is read from the front. What it hands out is valid until the next call. */
export class ByteStream {
  readonly path: string;
  readonly #source: ByteSource;
  readonly #pieces: AsyncGenerator<Uint8Array>;
  #held: Uint8Array = new Uint8Array(0);
  #at = 0;
  #ended = false;

  private constructor(path: string, source: ByteSource) {
    this.path = path;
    this.#source = source;
    this.#pieces = pieces(source);
  }

  /** @throws RecurraError as `openBytes` does */
  static async open(path: string): Promise<ByteStream> {
    return new ByteStream(path, await openBytes(path));
  }

  /** Bytes of the file as it lies on the disk. */
  get size(): number {
    return this.#source.size;
  }

  async close(): Promise<void> {
    await this.#pieces.return(undefined);
    await this.#source.close();
  }

  /** The next bytes, without moving on: `count` of them, or as many as there are. */
  async peek(count: number): Promise<Uint8Array> {
    while (this.#held.length - this.#at < count && !this.#ended) await this.#more();
    return this.#held.subarray(this.#at, this.#at + count);
  }

  /** Moves on. */
  skip(count: number): void {
    this.#at += count;
  }

  /**
   * The bytes up to the next `end`, which is moved past; undefined where no bytes are left. At the end of the file the last bytes
   * need no `end`.
   *
   * @param most fails where there are more than so many
   */
  async until(end: number, most: number, what: string): Promise<Uint8Array | undefined> {
    let searched = 0;
    for (;;) {
      const found = this.#held.indexOf(end, this.#at + searched);
      const stop = found >= 0 ? found : this.#ended ? this.#held.length : -1;
      const length = (stop >= 0 ? stop : this.#held.length) - this.#at;
      if (length > most)
        throw new RecurraError(
          "vectors-file",
          `Cannot read "${this.path}": ${what} is longer than ${most} bytes. It does not look like a file of word vectors.`,
        );
      if (stop >= 0) {
        if (found < 0 && length === 0) return undefined;
        const bytes = this.#held.subarray(this.#at, stop);
        this.#at = found < 0 ? stop : stop + 1;
        return bytes;
      }
      searched = length;
      await this.#more();
    }
  }

  async #more(): Promise<void> {
    const next = await this.#nextPiece();
    if (next === undefined) {
      this.#ended = true;
      return;
    }
    const left = this.#held.length - this.#at;
    if (left === 0) this.#held = next;
    else {
      const joined = new Uint8Array(left + next.length);
      joined.set(this.#held.subarray(this.#at));
      joined.set(next, left);
      this.#held = joined;
    }
    this.#at = 0;
  }

  async #nextPiece(): Promise<Uint8Array | undefined> {
    try {
      const { done, value } = await this.#pieces.next();
      return done === true ? undefined : value;
    } catch (cause) {
      if (cause instanceof RecurraError) throw cause;
      const reason = cause instanceof Error ? cause.message : String(cause);
      throw new RecurraError(
        "vectors-file",
        `Cannot read "${this.path}": its gzip data is broken or cut short (${reason}). Fetch the file again.`,
        { cause },
      );
    }
  }
}
