// HDF5 files held in memory, read through h5wasm as a tree whose numbers are fetched when they are asked for.

import type { Dataset, Group } from "h5wasm";
import { RecurraError } from "../../platform/error.ts";
import type { DType } from "../../tensor/dtype.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { type Shape, sizeOf } from "../../tensor/shape.ts";
import { type Hdf5, hdf5Library, reasonOf, withVirtualFile } from "./hdf5-library.ts";

/** Text, or a list of texts, beside a group or a dataset. Other attributes are left out. */
export type H5Attribute = string | readonly string[];

/** An array in the file. */
export interface H5Dataset {
  /** Where it stands: `layers/dense/vars/0`. */
  readonly path: string;
  readonly shape: Shape;
  /** What its numbers are stored as: "float32", "bfloat16", "int8" … */
  readonly stored: string;
  /**
   * Its numbers; bfloat16 comes as float32. Only while the file is open.
   *
   * @throws RecurraError `hdf5` where they are not floats or cannot be read
   */
  read(): NdArray;
}

/** A group of the file: what a folder is to files. */
export interface H5Group {
  readonly path: string;
  readonly attributes: ReadonlyMap<string, H5Attribute>;
  readonly groups: ReadonlyMap<string, H5Group>;
  readonly datasets: ReadonlyMap<string, H5Dataset>;
}

/** The first bytes of every HDF5 file. */
const signature = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

/** Deeper groups than this are no model's. */
const deepest = 100;

/** The most that deflate can shrink: what is declared larger than so many times the file holds no numbers. */
const largestExpansion = 1032;

export function isHdf5(bytes: Uint8Array): boolean {
  return signature.every((byte, i) => bytes[i] === byte);
}

/**
 * Opens an HDF5 file, hands over its tree, and closes it again.
 *
 * @param file its name, for messages
 * @throws RecurraError `hdf5` where it is truncated or no HDF5 file; the message names it and what is wrong
 */
export async function readHdf5<T>(bytes: Uint8Array, file: string, use: (root: H5Group) => T): Promise<T> {
  if (!isHdf5(bytes)) {
    const start = Array.from(bytes.subarray(0, 8), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
    throw broken(
      `${file} is not an HDF5 file: it begins with ${start === "" ? "nothing" : `bytes ${start}`}`,
    );
  }
  const library = await hdf5Library();
  return withVirtualFile(library, (path) => {
    library.module.FS.writeFile(path, bytes);
    const opened = attempt(file, () => new library.File(path, "r"));
    try {
      return use(groupOf({ library, file, bytes: bytes.length }, opened, "", 0));
    } finally {
      opened.close();
    }
  });
}

interface Source {
  readonly library: Hdf5;
  readonly file: string;
  /** Size of the file. */
  readonly bytes: number;
}

function groupOf(source: Source, group: Group, path: string, depth: number): H5Group {
  const { library, file } = source;
  if (depth > deepest) throw broken(`${file}: group ${path.slice(0, 60)}… lies more than ${deepest} deep`);
  const groups = new Map<string, H5Group>();
  const datasets = new Map<string, H5Dataset>();
  for (const name of attempt(file, () => group.keys())) {
    const inner = path === "" ? name : `${path}/${name}`;
    const entity = attempt(file, () => group.get(name));
    if (entity instanceof library.Group) groups.set(name, groupOf(source, entity, inner, depth + 1));
    else if (entity instanceof library.Dataset) datasets.set(name, datasetOf(source, entity, inner));
    else throw broken(`${file}: ${inner} is a link or a type, which files of Keras do not have`);
  }
  return { path, attributes: attempt(file, () => attributesOf(source, group, path)), groups, datasets };
}

function attributesOf({ file, bytes }: Source, group: Group, path: string): ReadonlyMap<string, H5Attribute> {
  const found = new Map<string, H5Attribute>();
  for (const [name, attribute] of Object.entries(group.attrs)) {
    const { total_size: count } = attribute.metadata;
    if (count > bytes)
      throw broken(
        `${file}: the attribute ${name} of ${path || "the root"} is said to have ${count} parts, more than the file can hold`,
      );
    const { value } = attribute;
    if (typeof value === "string") found.set(name, value);
    else if (Array.isArray(value) && value.every((part) => typeof part === "string")) found.set(name, value);
    else if (ArrayBuffer.isView(value) && value.byteLength === 0) found.set(name, []); // so NumPy writes an empty list
  }
  return found;
}

function datasetOf(source: Source, dataset: Dataset, path: string): H5Dataset {
  const { file, bytes } = source;
  const { shape: declared, size } = attempt(file, () => dataset.metadata);
  const shape = declared ?? [0];
  if (sizeOf(shape) * size > bytes * largestExpansion) {
    throw broken(`${file}: ${path} is said to have ${sizeOf(shape)} numbers, more than the file can hold`);
  }
  const stored = attempt(file, () => storedAs(dataset));
  return {
    path,
    shape,
    stored,
    read: () => attempt(`${file}: ${path}`, () => floatsOf(source, dataset, { shape, stored, path })),
  };
}

/** HDF5's classes of types, as far as they occur here. */
const integerClass = 0;
const floatClass = 1;

function storedAs(dataset: Dataset): string {
  const { type, size, signed } = dataset.metadata;
  if (type === floatClass) return `float${8 * size}`;
  if (type === integerClass) return `${signed ? "int" : "uint"}${8 * size}`;
  // Keras marks bfloat16, which HDF5 does not have, by an attribute (keras 3, saving_lib.py, H5IOStore).
  return dataset.attrs.dtype?.value === "bfloat16" && size === 2 ? "bfloat16" : "other";
}

function floatsOf(
  { library, file }: Source,
  dataset: Dataset,
  { shape, stored, path }: Pick<H5Dataset, "shape" | "stored" | "path">,
): NdArray {
  switch (stored) {
    case "float32":
    case "float64": {
      const { value } = dataset; // of a scalar a number, not an array of one
      const scalars = stored === "float32" ? Float32Array : Float64Array;
      const data = typeof value === "number" ? scalars.of(value) : (value as Float32Array | Float64Array);
      return new NdArray(data, shape, stored satisfies DType);
    }
    case "float16":
      return new NdArray(library.halves(dataset), shape, "float16");
    case "bfloat16": {
      const halves = new Uint16Array((dataset.value as Uint8Array).slice().buffer);
      // bfloat16 is the upper half of a float32.
      const words = Uint32Array.from(halves, (half) => half << 16);
      return new NdArray(new Float32Array(words.buffer), shape, "float32");
    }
    default:
      throw broken(`${file}: ${path} holds ${stored}, wanted floats`);
  }
}

/** Does what may fail inside h5wasm, and says why it failed. */
function attempt<T>(place: string, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (cause instanceof RecurraError) throw cause;
    throw new RecurraError("hdf5", `${place} cannot be read: ${reasonOf(cause)}`, { cause });
  }
}

function broken(message: string): RecurraError {
  return new RecurraError("hdf5", message);
}
