// h5wasm, which is the HDF5 library compiled to WebAssembly: loaded when it is first needed, on files in memory alone.

import type { Dataset } from "h5wasm";

/** What is used of h5wasm. */
export interface Hdf5 {
  readonly File: typeof import("h5wasm").File;
  readonly Group: typeof import("h5wasm").Group;
  readonly Dataset: typeof import("h5wasm").Dataset;
  readonly module: Awaited<typeof import("h5wasm").ready>;
  /** The bits of a dataset of 16-bit floats, which h5wasm reads, but has no array for. */
  halves(dataset: Dataset): Uint16Array;
}

let loaded: Promise<Hdf5> | undefined;

/** The library. It weighs 4 MB, so that it is loaded when a file is read or written, not before. */
export function hdf5Library(): Promise<Hdf5> {
  loaded ??= load();
  return loaded;
}

async function load(): Promise<Hdf5> {
  const { File, Group, Dataset, ready } = await import("h5wasm");
  const module = await ready;
  return {
    File,
    Group,
    Dataset,
    module,
    halves({ file_id, path, metadata: { total_size: count } }) {
      const bytes = 2 * count;
      const place = module._malloc(bytes);
      try {
        module.get_dataset_data(file_id, path, null, null, null, BigInt(place));
        return new Uint16Array(module.HEAPU8.slice(place, place + bytes).buffer);
      } finally {
        module._free(place);
      }
    },
  };
}

let count = 0;

/** Gives work a path in the library's own file system, which is in memory, and removes the file after. */
export function withVirtualFile<T>({ module }: Hdf5, work: (path: string) => T): T {
  const path = `/recurra-${count++}.h5`;
  module.activate_throwing_error_handler(); // without it the library prints what is wrong, and goes on
  try {
    return work(path);
  } finally {
    module.deactivate_throwing_error_handler();
    if (module.FS.analyzePath(path).exists) module.FS.unlink(path);
  }
}

/** What the library found wrong, of the stack of messages that it throws. */
export function reasonOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  const cut = /eof = (\d+), .*stored_eof = (\d+)/.exec(text);
  if (cut !== null) return `it is cut off: ${cut[1]} of ${cut[2]} bytes`;
  const innermost = [...text.matchAll(/in H5\w*\(\): (.+)/g)].at(-1)?.[1];
  return innermost ?? text.split("\n")[0] ?? text;
}
