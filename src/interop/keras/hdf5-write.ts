// HDF5 files written to memory, from a tree of groups.

import type { File, Group } from "h5wasm";
import { RecurraError } from "../../platform/error.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { H5Attribute } from "./hdf5.ts";
import { hdf5Library, reasonOf, withVirtualFile } from "./hdf5-library.ts";

/** A group to be written. */
export class H5Tree {
  readonly attributes = new Map<string, H5Attribute>();
  readonly groups = new Map<string, H5Tree>();
  readonly datasets = new Map<string, NdArray>();

  /** The group at a path such as `layers/dense/vars`, made with those on the way where it is missing. */
  at(path: string): H5Tree {
    let place: H5Tree = this;
    for (const name of path.split("/")) {
      const next = place.groups.get(name) ?? new H5Tree();
      place.groups.set(name, next);
      place = next;
    }
    return place;
  }
}

/**
 * The bytes of an HDF5 file. Arrays are float32 or float64; texts are UTF-8.
 *
 * @throws RecurraError `hdf5` for names that HDF5 does not take, and for more than the library's memory holds
 */
export async function encodeHdf5(tree: H5Tree): Promise<Uint8Array> {
  const library = await hdf5Library();
  return withVirtualFile(library, (path) => {
    try {
      const file = new library.File(path, "w");
      try {
        fill(file, file, "", tree);
      } finally {
        file.close();
      }
      return library.module.FS.readFile(path, { encoding: "binary" });
    } catch (cause) {
      throw new RecurraError("hdf5", `the HDF5 file cannot be written: ${reasonOf(cause)}`, { cause });
    }
  });
}

function fill(file: File, group: Group, path: string, tree: H5Tree): void {
  for (const [name, value] of tree.attributes) {
    if (typeof value === "string") group.create_attribute(name, value, [], "S");
    // NumPy makes an empty list one of float64, and so do Keras' files.
    else if (value.length === 0) group.create_attribute(name, new Float64Array(0), [0]);
    else group.create_attribute(name, [...value], [value.length], "S");
  }
  for (const [name, { data, shape, dtype }] of tree.datasets) {
    if (dtype !== "float32" && dtype !== "float64") throw new TypeError(`${path}/${name} is ${dtype}`);
    group.create_dataset({
      name,
      data: data as Float32Array | Float64Array,
      shape: [...shape],
      dtype: dtype === "float32" ? "<f" : "<d",
    });
  }
  for (const [name, inner] of tree.groups) {
    const at = `${path}/${name}`;
    fill(file, file.create_group(at), at, inner);
  }
}
