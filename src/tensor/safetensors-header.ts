// The header of safetensors files: parsing it with every check that can be made before data is read, and laying it out.
//
// Format (https://huggingface.co/docs/safetensors): the header's length in 8 little-endian bytes; the header, a JSON
// object { name: { dtype, shape, data_offsets: [begin, end] }, "__metadata__": { key: text } } padded with spaces; the
// tensors' little-endian elements, which cover the rest of the file without overlap or hole.

import { RecurraError } from "../platform/error.ts";
import { bytesPerElement, type DType } from "./dtype.ts";
import type { NdArray } from "./nd-array.ts";
import { formatShape, type Shape } from "./shape.ts";

/** Where a tensor lies in its file, and what it is. */
export interface TensorInfo {
  /** The dtype it is read as. */
  readonly dtype: DType;
  readonly shape: Shape;
  /** The dtype's name in the file; it tells a BF16 tensor, which is read as float32. */
  readonly stored: StoredType;
  /** The byte of the file where its data begins. */
  readonly begin: number;
  /** One past the last byte of its data. */
  readonly end: number;
}

/** The dtype names of safetensors files that Recurra reads. */
export type StoredType = keyof typeof STORED;

const STORED = {
  F64: { dtype: "float64", bytes: 8 },
  F32: { dtype: "float32", bytes: 4 },
  F16: { dtype: "float16", bytes: 2 },
  BF16: { dtype: "float32", bytes: 2 },
  I64: { dtype: "int64", bytes: 8 },
  I32: { dtype: "int32", bytes: 4 },
  BOOL: { dtype: "bool", bytes: 1 },
} as const satisfies Record<string, { dtype: DType; bytes: number }>;

const STORED_AS = {
  float64: "F64",
  float32: "F32",
  float16: "F16",
  int64: "I64",
  int32: "I32",
  bool: "BOOL",
} as const satisfies Record<DType, StoredType>;

const METADATA = "__metadata__";

/** The byte of a file where its header begins. */
export const HEADER_START = 8;

const MAX_HEADER_BYTES = 100_000_000; // as in the reference implementation
const MAX_DEPTH = 100; // the format needs 3; what recurses over deeper JSON overflows the stack

/** A header that has passed all checks. */
export interface Header {
  readonly infos: ReadonlyMap<string, TensorInfo>;
  readonly metadata: Readonly<Record<string, string>>;
}

/** The header's length, from the first 8 bytes of a file. */
export function headerLength(first: Uint8Array, fileSize: number, file: string): number {
  if (first.length < HEADER_START) {
    throw broken(`${file}: the file has ${fileSize} bytes; the header's length alone takes 8, at byte 0`);
  }
  const view = new DataView(first.buffer, first.byteOffset, HEADER_START);
  const length = view.getUint32(0, true) + view.getUint32(4, true) * 2 ** 32;
  if (length > MAX_HEADER_BYTES) {
    throw broken(
      `${file}: byte 0 gives the header's length as ${length} bytes; at most ${MAX_HEADER_BYTES} are accepted`,
    );
  }
  if (HEADER_START + length > fileSize) {
    throw broken(
      `${file}: byte 0 gives the header's length as ${length} bytes, but only ${fileSize - HEADER_START} follow; the file is truncated or no safetensors file`,
    );
  }
  return length;
}

/** Checks a header against the format and the file's size. */
export function parseHeader(bytes: Uint8Array, fileSize: number, file: string): Header {
  requireLittleEndian();
  const text = decodeText(bytes, file);
  if (!text.startsWith("{")) {
    throw broken(`${file}: the header, at byte ${HEADER_START}, does not begin with "{"`);
  }
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    throw broken(
      `${file}: the header, at byte ${HEADER_START}, is no JSON: ${cause instanceof Error ? cause.message : cause}`,
      cause,
    );
  }
  const positions = keyPositions(text, file);
  const { [METADATA]: metadata = {}, ...entries } = json as Record<string, unknown>;
  checkMetadata(metadata, `${file}: ${METADATA}, at byte ${byteAt(text, positions.get(METADATA))},`);
  const infos = new Map<string, TensorInfo>();
  const dataStart = HEADER_START + bytes.length;
  for (const [name, position] of positions) {
    if (name === METADATA) continue;
    const where = () => `${file}: tensor "${name}", at byte ${byteAt(text, position)},`;
    infos.set(name, parseEntry(entries[name], dataStart, fileSize, where));
  }
  checkCoverage(infos, dataStart, fileSize, file);
  return { infos, metadata };
}

function decodeText(bytes: Uint8Array, file: string): string {
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (cause) {
    throw broken(
      `${file}: the header, ${bytes.length} bytes from byte ${HEADER_START}, is not valid UTF-8`,
      cause,
    );
  }
}

/**
 * The top-level keys of a valid JSON object and where they stand in its text, in order. `JSON.parse` keeps only the
 * last of several equal keys, so that a file could say two things at once: here they are an error, at any depth.
 */
function keyPositions(text: string, file: string): Map<string, number> {
  const top = new Map<string, number>();
  const open: (Set<string> | undefined)[] = []; // the keys of each object around the position; undefined for an array
  for (let i = 0; i < text.length; i++) {
    const char = text[i];
    if (open.length > MAX_DEPTH) {
      throw broken(`${file}: the header is nested more than ${MAX_DEPTH} deep at byte ${byteAt(text, i)}`);
    }
    if (char === "{") open.push(new Set());
    else if (char === "[") open.push(undefined);
    else if (char === "}" || char === "]") open.pop();
    else if (char === '"') {
      const start = i;
      for (i++; text[i] !== '"'; i++) if (text[i] === "\\") i++;
      let next = i + 1;
      while (text[next] === " " || text[next] === "\n" || text[next] === "\r" || text[next] === "\t") next++;
      if (text[next] !== ":") continue; // a value, not a key
      const key: string = JSON.parse(text.slice(start, i + 1));
      const siblings = open.at(-1);
      if (siblings?.has(key)) {
        throw broken(
          `${file}: the header has the name "${key}" twice in one object, the second time at byte ${byteAt(text, start)}`,
        );
      }
      siblings?.add(key);
      if (open.length === 1) top.set(key, start);
    }
  }
  return top;
}

/** The byte of the file at which a position in the header's text stands. */
function byteAt(text: string, position = 0): number {
  return HEADER_START + new TextEncoder().encode(text.slice(0, position)).length;
}

function checkMetadata(metadata: unknown, where: string): asserts metadata is Record<string, string> {
  if (!isObject(metadata)) throw broken(`${where} is ${show(metadata)}; wanted an object of texts`);
  for (const [key, value] of Object.entries(metadata)) {
    if (typeof value !== "string") throw broken(`${where} has ${show(value)} for "${key}"; wanted text`);
  }
}

function parseEntry(entry: unknown, dataStart: number, fileSize: number, where: () => string): TensorInfo {
  if (!isObject(entry)) {
    throw broken(`${where()} is ${show(entry)}; wanted an object with dtype, shape and data_offsets`);
  }
  const { dtype: stored, shape, data_offsets: offsets } = entry;
  if (!isStoredType(stored)) {
    throw broken(`${where()} has dtype ${show(stored)}; supported are ${Object.keys(STORED).join(", ")}`);
  }
  if (!isCountArray(shape)) {
    throw broken(`${where()} has shape ${show(shape)}; wanted an array of whole numbers from 0 up`);
  }
  if (!isCountArray(offsets) || offsets.length !== 2) {
    throw broken(
      `${where()} has data_offsets ${show(offsets)}; wanted [begin, end], whole numbers from 0 up`,
    );
  }
  const { dtype, bytes } = STORED[stored];
  let size: number = bytes;
  for (const extent of shape) {
    size *= extent;
    if (size > Number.MAX_SAFE_INTEGER) {
      throw broken(`${where()} has shape ${formatShape(shape)}, which takes more than 2^53 bytes`);
    }
  }
  const [begin = 0, end = 0] = offsets;
  if (end - begin !== size) {
    throw broken(
      `${where()} has data_offsets [${begin}, ${end}], ${end - begin} bytes; ${stored} of shape ${formatShape(shape)} takes ${size}`,
    );
  }
  if (dataStart + end > fileSize) {
    throw broken(
      `${where()} ends at byte ${dataStart + end}, but the file has ${fileSize} bytes; it is truncated`,
    );
  }
  return { dtype, shape, stored, begin: dataStart + begin, end: dataStart + end };
}

/** Checks that the tensors cover the data part of the file, each byte once. */
function checkCoverage(
  infos: ReadonlyMap<string, TensorInfo>,
  dataStart: number,
  fileSize: number,
  file: string,
): void {
  let covered = dataStart;
  let before = "the header";
  const inFileOrder = [...infos].sort(([, a], [, b]) => a.begin - b.begin || a.end - b.end);
  for (const [name, { begin, end }] of inFileOrder) {
    if (begin !== covered) {
      const fault =
        begin < covered ? "they overlap" : `${begin - covered} bytes between them belong to no tensor`;
      throw broken(
        `${file}: tensor "${name}" begins at byte ${begin}, but ${before} ends at byte ${covered}; ${fault}`,
      );
    }
    covered = end;
    before = `tensor "${name}"`;
  }
  if (covered !== fileSize) {
    throw broken(
      `${file}: ${before} ends at byte ${covered}, but the file has ${fileSize} bytes; ${fileSize - covered} belong to no tensor`,
    );
  }
}

/**
 * The bytes of a file that come before the data, and the arrays in the order of their data.
 *
 * The header keeps the order given; the data lies with the widest elements first, so that every tensor is aligned and
 * none needs padding.
 */
export function layOut(
  tensors: Iterable<readonly [string, NdArray]>,
  metadata: Readonly<Record<string, string>>,
): { header: Uint8Array; arrays: readonly NdArray[] } {
  requireLittleEndian();
  checkMetadata(metadata, `safetensors: ${METADATA}`);
  const entries = [...tensors].map(([name, array]) => ({ name, array, begin: 0 }));
  checkNames(entries.map((entry) => entry.name));
  const inFileOrder = entries.toSorted(
    (a, b) => bytesPerElement(b.array.dtype) - bytesPerElement(a.array.dtype),
  );
  let end = 0;
  for (const entry of inFileOrder) {
    entry.begin = end;
    end += entry.array.data.byteLength;
  }
  // Joined by hand: an object would move names that look like numbers to the front.
  const fields = entries.map(({ name, array, begin }) => {
    const { dtype, shape, data } = array;
    return `${JSON.stringify(name)}:${JSON.stringify({ dtype: STORED_AS[dtype], shape, data_offsets: [begin, begin + data.byteLength] })}`;
  });
  if (Object.keys(metadata).length > 0) fields.unshift(`"${METADATA}":${JSON.stringify(metadata)}`);
  const json = new TextEncoder().encode(`{${fields.join(",")}}`);
  const length = Math.ceil(json.length / 8) * 8;
  if (length > MAX_HEADER_BYTES) {
    throw broken(
      `safetensors: names, shapes and metadata take ${length} bytes; readers accept at most ${MAX_HEADER_BYTES}`,
    );
  }
  const header = new Uint8Array(HEADER_START + length).fill(0x20);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  header.set(json, HEADER_START);
  return { header, arrays: inFileOrder.map((entry) => entry.array) };
}

function checkNames(names: readonly string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    const fault = nameFault(name, seen);
    if (fault !== undefined) {
      throw new RecurraError(
        "safetensors-name",
        `safetensors: the tensor name ${JSON.stringify(name)} ${fault}`,
      );
    }
    seen.add(name);
  }
}

function nameFault(name: string, seen: ReadonlySet<string>): string | undefined {
  if (name === METADATA) return "is reserved for metadata";
  if (seen.has(name)) return "comes twice";
  return name.isWellFormed() ? undefined : "is not valid Unicode (a surrogate stands alone)";
}

/** Elements in files are little-endian, and so is that of typed arrays on every machine but a few. */
function requireLittleEndian(): void {
  if (new Uint8Array(Uint16Array.of(1).buffer)[0] !== 1) {
    throw new RecurraError(
      "unsupported",
      "safetensors: this machine is big-endian, for which reading and writing is not supported",
    );
  }
}

/** The error for a file that is not what the format or its own header says. */
export function broken(message: string, cause?: unknown): RecurraError {
  return new RecurraError("safetensors", message, cause === undefined ? undefined : { cause });
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isStoredType(value: unknown): value is StoredType {
  return typeof value === "string" && Object.hasOwn(STORED, value);
}

function isCountArray(value: unknown): value is readonly number[] {
  return Array.isArray(value) && value.every((item) => Number.isSafeInteger(item) && item >= 0);
}

/** A value from a header for a message, cut to a readable length. */
function show(value: unknown): string {
  const text = JSON.stringify(value) ?? "missing";
  return text.length <= 80 ? text : `${text.slice(0, 80)}…`;
}
