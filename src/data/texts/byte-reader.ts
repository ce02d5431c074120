// Reading bytes of any length from the front, unpacked and as UTF-8: what has come stands in one piece, and grows where more is wanted.

import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { RecurraError } from "../../platform/error.ts";
import { readHead } from "../data-file.ts";
import { type Encoding, encodingOf } from "./encoding.ts";
import type { TextBytes } from "./text-options.ts";

const PIECE = 2 ** 20;
/** More than this in one row is no text that a program could hold: V8 ends strings at 2²⁹ - 24 characters. */
const LONGEST_ROW = 2 ** 29 - 24;
const LINE_FEED = 10;
const RETURN = 13;

/** Opens a file, or bytes from elsewhere; UTF-16 and other encodings become UTF-8. */
export class ByteReader {
  /** The path, or the name of what was given, for messages. */
  readonly name: string;
  /** What the bytes were written in. */
  readonly encoding: Encoding;
  readonly isZipped: boolean;
  readonly #pieces: AsyncIterator<Uint8Array>;
  readonly #close: () => void;
  #held: Buffer = Buffer.alloc(0);
  #from = 0;
  #to = 0;
  #offset: number;
  #isEnded = false;

  private constructor(
    name: string,
    pieces: AsyncIterable<Uint8Array>,
    about: Pick<ByteReader, "encoding" | "isZipped"> & { readonly close: () => void },
  ) {
    this.name = name;
    this.#pieces = pieces[Symbol.asyncIterator]();
    this.encoding = about.encoding;
    this.isZipped = about.isZipped;
    this.#close = about.close;
    this.#offset = about.encoding.label === "utf-8" ? about.encoding.mark : 0;
  }

  /**
   * @param encoding by TextDecoder's name; undefined: found out
   * @throws RecurraError `file-not-found`, `not-a-file`, `permission-denied`, `empty-file`, `file-format` for what is no text
   */
  static async open(source: string | TextBytes, encoding: string | undefined): Promise<ByteReader> {
    const isPath = typeof source === "string";
    const name = isPath ? source : (source.name ?? "the input");
    const closers: (() => void)[] = [];
    const close = () => {
      for (const one of closers) one();
    };
    try {
      const raw = isPath ? await piecesOfFile(source) : Readable.from(source.bytes, { objectMode: true });
      if (raw instanceof Readable) closers.push(() => raw.destroy());
      const [packed, first] = await startOf(raw);
      const isZipped = first[0] === 0x1f && first[1] === 0x8b;
      const [pieces, head] = isZipped ? await startOf(unpacked(packed, name, closers)) : [packed, first];
      const found = encodingOf(head, name, encoding);
      const marked = found.mark === 0 ? pieces : skipping(pieces, found.mark);
      const decoded = found.label === "utf-8" ? marked : decoding(marked, found.label);
      const isOld =
        head.includes(RETURN) && !head.includes(LINE_FEED) && head.indexOf(RETURN) < head.length - 1;
      return new ByteReader(name, isOld ? withLineFeeds(decoded) : decoded, {
        encoding: found,
        isZipped,
        close,
      });
    } catch (error) {
      close();
      throw error;
    }
  }

  /** What has come and is not read yet: valid until more comes. */
  get bytes(): Buffer {
    return this.#held.subarray(this.#from, this.#to);
  }

  /** How many bytes of the file, unpacked, stand before `bytes`. */
  get offset(): number {
    return this.#offset;
  }

  /** Whether `bytes` are the last. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Moves on. */
  skip(count: number): void {
    this.#from += count;
    this.#offset += count;
  }

  /** Waits until there are so many bytes, or all. */
  async peek(count: number): Promise<Buffer> {
    while (this.#to - this.#from < count && !this.#isEnded) await this.#more();
    return this.bytes;
  }

  /**
   * Waits for more: twice what there is, so that long rows are looked through a few times only.
   *
   * @param row what is too long where it does not end, for messages
   * @throws RecurraError `row-too-long`
   */
  async grow(row: string): Promise<void> {
    const length = this.#to - this.#from;
    if (length > LONGEST_ROW) {
      throw new RecurraError(
        "row-too-long",
        `Cannot read "${this.name}": ${row} is longer than 512 MB. Check that the file has line ends${this.name.endsWith(".txt") ? ", or break it up" : ", and that no quotation mark is left open (--no-quotes)"}.`,
      );
    }
    await this.peek(Math.max(2 * length, length + 1));
  }

  close(): void {
    this.#close();
  }

  async #more(): Promise<void> {
    const { done, value } = await this.#pieces.next();
    if (done === true) {
      this.#isEnded = true;
      return;
    }
    const unread = this.#to - this.#from;
    if (unread === 0) {
      this.#held = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
      this.#from = 0;
      this.#to = value.length;
      return;
    }
    if (this.#to + value.length > this.#held.length) {
      // Beyond the first piece, room is doubled.
      const wanted = unread + value.length;
      const room =
        wanted <= this.#held.length ? this.#held : Buffer.allocUnsafeSlow(Math.max(2 * wanted, 2 * PIECE));
      this.#held.copy(room, 0, this.#from, this.#to);
      this.#held = room;
      this.#from = 0;
      this.#to = unread;
    }
    this.#held.set(value, this.#to);
    this.#to += value.length;
  }
}

/** A small file is read at once: there may be many of them. */
async function piecesOfFile(path: string): Promise<AsyncIterable<Uint8Array>> {
  const { size, head } = await readHead(path);
  return size > head.length ? createReadStream(path, { highWaterMark: PIECE }) : inOrder([head]);
}

async function* inOrder(pieces: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const piece of pieces) if (piece.length > 0) yield piece;
}

/** Some 64 kB from the front, or all there is, and the pieces from the front again. */
async function startOf(
  pieces: AsyncIterable<Uint8Array>,
): Promise<readonly [pieces: AsyncIterable<Uint8Array>, head: Buffer]> {
  const rest = pieces[Symbol.asyncIterator]();
  const first: Uint8Array[] = [];
  let length = 0;
  while (length < 2 ** 16) {
    const { done, value } = await rest.next();
    if (done === true) break;
    first.push(value);
    length += value.length;
  }
  return [again(first, rest), Buffer.concat(first)];
}

async function* again(
  first: readonly Uint8Array[],
  rest: AsyncIterator<Uint8Array>,
): AsyncGenerator<Uint8Array> {
  yield* inOrder(first);
  for (;;) {
    const { done, value } = await rest.next();
    if (done === true) return;
    yield value;
  }
}

async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  name: string,
  closers: (() => void)[],
): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip({ chunkSize: PIECE });
  closers.push(() => gunzip.destroy());
  const flow = pipeline(packed, gunzip).catch(() => {
    // What went wrong is thrown by the stream that is read.
  });
  try {
    for await (const piece of gunzip) yield piece;
  } catch (cause) {
    if (cause instanceof RecurraError) throw cause;
    throw new RecurraError(
      "file-format",
      `Cannot read "${name}": it is a damaged gzip file, or cut short. Get it anew.`,
      { cause },
    );
  } finally {
    gunzip.destroy();
    await flow;
  }
}

async function* skipping(pieces: AsyncIterable<Uint8Array>, count: number): AsyncGenerator<Uint8Array> {
  let left = count;
  for await (const piece of pieces) {
    const skipped = Math.min(left, piece.length);
    left -= skipped;
    if (skipped < piece.length) yield piece.subarray(skipped);
  }
}

async function* decoding(pieces: AsyncIterable<Uint8Array>, label: string): AsyncGenerator<Uint8Array> {
  const decoder = new TextDecoder(label);
  for await (const piece of pieces) {
    const text = decoder.decode(piece, { stream: true });
    if (text !== "") yield Buffer.from(text);
  }
  const rest = decoder.decode();
  if (rest !== "") yield Buffer.from(rest);
}

/** Line ends of old Macs as those of today. */
async function* withLineFeeds(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  for await (const piece of pieces) yield piece.map((byte) => (byte === RETURN ? LINE_FEED : byte));
}
