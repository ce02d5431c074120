// Safetensors files: named tensors and text metadata, read and written in pieces: no file is held as a whole.

import { RecurraError } from "../platform/error.ts";
import type { ByteSink, ByteSource } from "../platform/types.ts";
import { allocate, dtypeOfArray, type TypedArray } from "./dtype.ts";
import { NdArray } from "./nd-array.ts";
import {
  broken,
  HEADER_START,
  type Header,
  headerLength,
  layOut,
  parseHeader,
  type TensorInfo,
} from "./safetensors-header.ts";
import { formatShape, sizeOf } from "./shape.ts";

/** Tensors and metadata of a file held in memory. */
export interface Safetensors {
  /** The tensors by name, in the header's order. */
  readonly tensors: ReadonlyMap<string, NdArray>;
  readonly metadata: Readonly<Record<string, string>>;
}

const CHUNK_BYTES = 64 * 2 ** 20; // what is read or written at once: Node's files take less than 2 GiB

/**
 * Opens a safetensors file: reads and checks its header, no data.
 *
 * @param source The file's bytes. It stays in use until `close`.
 * @param name The file's name, for messages.
 * @throws RecurraError `safetensors` when the file is truncated or not what its header says; the message names the file,
 *   the tensor, what was found, what is wanted and at which byte.
 * @example
 * const file = await openSafetensors(source, "weights.safetensors");
 * const kernel = await file.read("lstm.kernel");
 */
export async function openSafetensors(source: ByteSource, name: string): Promise<SafetensorsFile> {
  const first = await readExactly(source, name, 0, Math.min(HEADER_START, source.size));
  const length = headerLength(first, source.size, name);
  const bytes = await readExactly(source, name, HEADER_START, length);
  return new SafetensorsFile(source, name, parseHeader(bytes, source.size, name));
}

/** An open safetensors file, whose tensors are read one at a time. Made by `openSafetensors`. */
export class SafetensorsFile {
  /** The tensors' names, in the header's order. */
  readonly names: readonly string[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly #source: ByteSource;
  readonly #file: string;
  readonly #infos: ReadonlyMap<string, TensorInfo>;

  constructor(source: ByteSource, name: string, header: Header) {
    this.names = [...header.infos.keys()];
    this.metadata = header.metadata;
    this.#source = source;
    this.#file = name;
    this.#infos = header.infos;
  }

  /** What the header says of a tensor. @throws RecurraError `no-tensor`, listing the names there are. */
  info(name: string): TensorInfo {
    const info = this.#infos.get(name);
    if (info === undefined) {
      const known = this.names.length === 0 ? "it has none" : `it has ${listNames(this.names)}`;
      throw new RecurraError("no-tensor", `${this.#file}: there is no tensor "${name}"; ${known}`);
    }
    return info;
  }

  /** Reads one tensor into memory of its own. */
  async read(name: string): Promise<NdArray> {
    const { dtype, shape } = this.info(name);
    const data = allocate(dtype, sizeOf(shape));
    await this.readInto(name, data);
    return new NdArray(data, shape, dtype);
  }

  /**
   * Reads one tensor into an array that there is, 64 MiB at a time. When it fails the array may be partly written.
   *
   * @param target An array of the tensor's dtype and size.
   * @throws RecurraError `dtype` or `shape` when `target` does not fit, `safetensors` when the data cannot be read.
   */
  async readInto(name: string, target: TypedArray): Promise<void> {
    const info = this.info(name);
    if (dtypeOfArray(target) !== info.dtype) {
      throw new RecurraError(
        "dtype",
        `${this.#file}: tensor "${name}" is ${info.dtype}, which a ${target.constructor.name} does not hold`,
      );
    }
    if (target.length !== sizeOf(info.shape)) {
      throw new RecurraError(
        "shape",
        `${this.#file}: tensor "${name}" of shape ${formatShape(info.shape)} has ${sizeOf(info.shape)} elements; the target array has ${target.length}`,
      );
    }
    for (let begin = info.begin; begin < info.end; begin += CHUNK_BYTES) {
      const length = Math.min(CHUNK_BYTES, info.end - begin);
      const bytes = await readExactly(this.#source, this.#file, begin, length);
      decodeBytes(bytes, target, begin, info, `${this.#file}: tensor "${name}"`);
    }
  }

  /** Closes the source. */
  async close(): Promise<void> {
    await this.#source.close();
  }
}

/**
 * Writes a safetensors file: first the header, then each tensor's data, at most 64 MiB at a time.
 *
 * The header keeps the order given; the data lies with the widest elements first, so that every tensor is aligned and
 * none needs padding.
 *
 * @param sink Receives the bytes in order; the caller closes it.
 * @param tensors Names and arrays.
 * @param metadata Text to store under `__metadata__`.
 * @throws RecurraError `safetensors-name`, before anything is written, for a name that comes twice, is `__metadata__` or
 *   is no valid Unicode.
 */
export async function writeSafetensors(
  sink: ByteSink,
  tensors: Iterable<readonly [string, NdArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Promise<void> {
  const { header, arrays } = layOut(tensors, metadata);
  await sink.write(header);
  for (const array of arrays) {
    const bytes = bytesOf(array.data);
    for (let begin = 0; begin < bytes.length; begin += CHUNK_BYTES) {
      await sink.write(bytes.subarray(begin, begin + CHUNK_BYTES));
    }
  }
}

/** Reads a whole safetensors file from memory; the tensors are copies. Checks and errors are those of `openSafetensors`. */
export function decodeSafetensors(bytes: Uint8Array, name: string): Safetensors {
  const length = headerLength(bytes.subarray(0, HEADER_START), bytes.length, name);
  const header = parseHeader(bytes.subarray(HEADER_START, HEADER_START + length), bytes.length, name);
  const tensors = new Map<string, NdArray>();
  for (const [tensor, info] of header.infos) {
    const data = allocate(info.dtype, sizeOf(info.shape));
    decodeBytes(bytes.subarray(info.begin, info.end), data, info.begin, info, `${name}: tensor "${tensor}"`);
    tensors.set(tensor, new NdArray(data, info.shape, info.dtype));
  }
  return { tensors, metadata: header.metadata };
}

/** The bytes that `writeSafetensors` would write, in one array. */
export function encodeSafetensors(
  tensors: Iterable<readonly [string, NdArray]>,
  metadata: Readonly<Record<string, string>> = {},
): Uint8Array {
  const { header, arrays } = layOut(tensors, metadata);
  const parts = [header, ...arrays.map((array) => bytesOf(array.data))];
  const bytes = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/**
 * Puts a piece of a tensor's data into its place in the array.
 *
 * @param bytes The piece, a whole number of elements.
 * @param begin The byte of the file where the piece begins.
 */
function decodeBytes(
  bytes: Uint8Array,
  target: TypedArray,
  begin: number,
  info: TensorInfo,
  where: string,
): void {
  if (info.stored === "BF16") {
    // bfloat16 is the upper half of a float32.
    const first = (begin - info.begin) / 2;
    const words = new Uint32Array(target.buffer, target.byteOffset + 4 * first, bytes.length / 2);
    for (let i = 0; i < words.length; i++) {
      words[i] = ((bytes[2 * i] ?? 0) << 16) | ((bytes[2 * i + 1] ?? 0) << 24);
    }
    return;
  }
  if (info.stored === "BOOL") {
    const odd = bytes.findIndex((byte) => byte > 1);
    if (odd >= 0) {
      throw broken(`${where} has the value ${bytes[odd]} at byte ${begin + odd}; a BOOL is 0 or 1`);
    }
  }
  bytesOf(target).set(bytes, begin - info.begin);
}

async function readExactly(
  source: ByteSource,
  file: string,
  offset: number,
  length: number,
): Promise<Uint8Array> {
  const bytes = await source.read(offset, length);
  if (bytes.length !== length) {
    throw broken(
      `${file}: reading ${length} bytes from byte ${offset} gave ${bytes.length}; the file has changed or cannot be read`,
    );
  }
  return bytes;
}

function bytesOf(data: TypedArray): Uint8Array {
  return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
}

/** The first names of a file for a message. */
function listNames(names: readonly string[]): string {
  const shown = names.slice(0, 10).map((name) => `"${name}"`);
  if (names.length > shown.length) shown.push(`${names.length - shown.length} more`);
  return shown.join(", ");
}
