// The arena: one WebAssembly memory that holds a model's parameters, gradients, optimiser slots and working arrays.

import { item } from "../graph/op.ts";
import { RecurraError } from "../platform/error.ts";
import { bytesPerElement, type DType, type TypedArray } from "../tensor/dtype.ts";
import { NdArray } from "../tensor/nd-array.ts";
import { checkShape, type Shape, sizeOf } from "../tensor/shape.ts";

/** A weight of the model; float32. */
export interface ArenaParameter {
  readonly name: string;
  readonly shape: Shape;
  /** Whether it gets a gradient and slots. */
  readonly trainable: boolean;
  /**
   * Trainable parameters of one group lie side by side, so that one kernel call updates them all: give those that the optimiser
   * treats differently (without weight decay, say) a group of their own. Default `""`.
   */
  readonly group?: string;
}

/** A working array beside the parameters. */
export interface ArenaScratch {
  readonly name: string;
  readonly shape: Shape;
  readonly dtype: DType;
}

/** What an arena is to hold. */
export interface ArenaLayout {
  readonly parameters: readonly ArenaParameter[];
  /** How many arrays of the parameters' size the optimiser keeps; Adam has 2. */
  readonly slots: number;
  readonly scratch?: readonly ArenaScratch[];
}

/**
 * Where a run of floats lies, and where its gradient and slots do. `length` counts padding too and is a multiple of 4; the
 * padding is zero, that of a slot what the slot starts at.
 */
export interface ArenaRange {
  /** Address of the parameters, in bytes. */
  readonly offset: number;
  /** Floats in each array. */
  readonly length: number;
  /** Address of the gradients; undefined for a frozen parameter. */
  readonly gradient: number | undefined;
  /** Address of each slot; none for a frozen parameter. */
  readonly slots: readonly number[];
}

/** Trainable parameters that one kernel call updates. */
export interface ArenaBlock extends ArenaRange {
  readonly group: string;
  readonly gradient: number;
  /** The parameters in it, as indices into the layout's list, in the order in which they lie. */
  readonly parameters: readonly number[];
}

/** The state of an arena's parameters and slots: plain copies, laid out as the arena is. */
export interface ArenaSnapshot {
  /** Frozen, then trainable parameters, with padding. */
  readonly parameters: Float32Array;
  readonly slots: readonly Float32Array[];
}

const PAGE = 65536;
const LARGEST = 65536 * PAGE; // what 32-bit addresses reach
const LINE = 64; // bytes in a cache line
const VECTOR = 16; // bytes in a vector, what kernels work on

/**
 * One `WebAssembly.Memory` with the arrays of a model in training, each a zero-copy view:
 *
 *     frozen parameters | trainable parameters | gradients | slot 0 | slot 1 | … | scratch
 *
 * Gradients and slots repeat the layout of the trainable parameters. A parameter starts at a multiple of 16 bytes, of 64 if it
 * has as many, and is padded with zeros to a multiple of 16. The memory never grows, so the views stay good. It starts as zeros.
 */
export class Arena {
  readonly memory: WebAssembly.Memory;
  /** The trainable parameters, by group. */
  readonly blocks: readonly ArenaBlock[];
  /** All trainable parameters, with their gradients and slots. */
  readonly trainable: ArenaRange;
  /** Names of the parameters, in the layout's order. */
  readonly names: readonly string[];
  readonly #ranges: readonly ArenaRange[];
  readonly #parameters: readonly NdArray[];
  readonly #gradients: readonly (NdArray | undefined)[];
  readonly #slots: readonly (readonly (NdArray | undefined)[])[];
  readonly #scratch: ReadonlyMap<string, { readonly offset: number; readonly array: NdArray }>;
  /** What a snapshot copies. */
  readonly #state: ArenaSnapshot;

  /**
   * @throws RecurraError `arena-size` when it would exceed 4 GB, `out-of-memory` when the machine does not give as much,
   *   `arena-layout` for a name that comes twice or a number of slots that is none
   */
  constructor(layout: ArenaLayout) {
    checkLayout(layout);
    const { parameters, slots, scratch = [] } = layout;
    const { ranges, blocks, trainable, scratchOffsets, bytes } = place(layout);
    this.memory = allocateMemory(bytes, layout, trainable);
    this.blocks = blocks;
    this.trainable = trainable;

    const { buffer } = this.memory;
    const view = (offset: number, shape: Shape) =>
      new NdArray(new Float32Array(buffer, offset, sizeOf(shape)), shape);
    const views = (offsetOf: (range: ArenaRange) => number | undefined) =>
      parameters.map(({ shape }, i) => {
        const offset = offsetOf(item(ranges, i));
        return offset === undefined ? undefined : view(offset, shape);
      });
    this.names = parameters.map(({ name }) => name);
    this.#ranges = ranges;
    this.#parameters = parameters.map(({ shape }, i) => view(item(ranges, i).offset, shape));
    this.#gradients = views(({ gradient }) => gradient);
    this.#slots = Array.from({ length: slots }, (_, slot) => views((range) => range.slots[slot]));
    this.#scratch = new Map(
      scratch.map(({ name, shape, dtype }, i) => {
        const offset = item(scratchOffsets, i);
        return [name, { offset, array: new NdArray(arrayAt(dtype, buffer, offset, sizeOf(shape)), shape) }];
      }),
    );
    this.#state = {
      parameters: new Float32Array(buffer, 0, trainable.offset / 4 + trainable.length),
      slots: trainable.slots.map((offset) => new Float32Array(buffer, offset, trainable.length)),
    };
  }

  /** How much memory it takes, in bytes. */
  get byteLength(): number {
    return this.memory.buffer.byteLength;
  }

  /** The i-th parameter of the layout, as a view. */
  parameter(index: number): NdArray {
    return found(this.#parameters[index], "parameter", index);
  }

  /** The gradient of the i-th parameter, as a view. @throws RecurraError `arena-frozen` where that is frozen */
  gradient(index: number): NdArray {
    return this.#gradients[index] ?? this.#frozen(index);
  }

  /** The i-th parameter's part of a slot, as a view. @throws RecurraError `arena-frozen` where the parameter is frozen */
  slot(slot: number, index: number): NdArray {
    return found(this.#slots[slot], "slot", slot)[index] ?? this.#frozen(index);
  }

  /** A working array, as a view. */
  scratch(name: string): NdArray {
    return found(this.#scratch.get(name), "scratch array", name).array;
  }

  /** Address of a working array, in bytes. */
  scratchOffset(name: string): number {
    return found(this.#scratch.get(name), "scratch array", name).offset;
  }

  /** Where the i-th parameter lies. */
  range(index: number): ArenaRange {
    return found(this.#ranges[index], "parameter", index);
  }

  /** Sets each slot to a number, padding too; 0 where none is given. */
  clearSlots(starts: readonly number[] = []): void {
    for (const [i, slot] of this.#state.slots.entries()) slot.fill(starts[i] ?? 0);
  }

  /** A copy of all parameters and slots. */
  snapshot(): ArenaSnapshot {
    return {
      parameters: this.#state.parameters.slice(),
      slots: this.#state.slots.map((slot) => slot.slice()),
    };
  }

  /** Puts a snapshot of an arena of the same layout back. @throws RecurraError `arena-snapshot` for any other, before a thing is changed */
  restore({ parameters, slots }: ArenaSnapshot): void {
    const state = this.#state;
    const wanted = [state.parameters, ...state.slots].map((array) => array.length);
    const came = [parameters, ...slots].map((array) => array.length);
    if (wanted.join() !== came.join()) {
      throw new RecurraError(
        "arena-snapshot",
        `arena: the snapshot is of another layout: it holds arrays of [${came.join(", ")}] floats, this arena [${wanted.join(", ")}]`,
      );
    }
    state.parameters.set(parameters);
    for (const [i, slot] of state.slots.entries()) slot.set(slots[i] ?? []);
  }

  #frozen(index: number): never {
    const name = found(this.names[index], "parameter", index);
    throw new RecurraError(
      "arena-frozen",
      `arena: ${name} is not trainable, so it has no gradient and no slots`,
    );
  }
}

function checkLayout({ parameters, slots, scratch = [] }: ArenaLayout): void {
  if (!Number.isInteger(slots) || slots < 0) {
    throw new RecurraError(
      "arena-layout",
      `arena: the number of slots is whole and not negative, got ${slots}`,
    );
  }
  for (const [kind, items] of [
    ["parameter", parameters],
    ["scratch array", scratch],
  ] as const) {
    const names = new Set<string>();
    for (const { name, shape } of items) {
      checkShape(shape, `arena: ${kind} ${name}`);
      if (names.has(name)) throw new RecurraError("arena-layout", `arena: two ${kind}s are named ${name}`);
      names.add(name);
    }
  }
}

/** Where everything goes. */
function place({ parameters, slots, scratch = [] }: ArenaLayout) {
  const indices = [...parameters.keys()];
  const isTrainable = (index: number) => item(parameters, index).trainable;
  const ranges = new Map<number, ArenaRange>();

  const frozen = pack(
    parameters,
    indices.filter((index) => !isTrainable(index)),
  );
  for (const { index, start, bytes } of frozen.places) {
    ranges.set(index, { offset: start, length: bytes / 4, gradient: undefined, slots: [] });
  }

  const groups = Map.groupBy(indices.filter(isTrainable), (index) => item(parameters, index).group ?? "");
  const packed = Array.from(groups, ([group, members]) => ({ group, members, ...pack(parameters, members) }));
  const region = packed.reduce((total, { bytes }) => total + bytes, 0);
  const rangeAt = (start: number, bytes: number) => ({
    offset: frozen.bytes + start,
    length: bytes / 4,
    gradient: frozen.bytes + region + start,
    slots: Array.from({ length: slots }, (_, slot) => frozen.bytes + (2 + slot) * region + start),
  });
  const blocks: ArenaBlock[] = [];
  let blockStart = 0;
  for (const { group, members, places, bytes } of packed) {
    blocks.push({ group, parameters: members, ...rangeAt(blockStart, bytes) });
    for (const { index, start, bytes } of places) ranges.set(index, rangeAt(blockStart + start, bytes));
    blockStart += bytes;
  }

  let end = frozen.bytes + (2 + slots) * region;
  const scratchOffsets = scratch.map((array) => {
    const offset = end;
    end += scratchBytes(array);
    return offset;
  });
  return {
    ranges: indices.map((index) => found(ranges.get(index), "parameter", index)),
    blocks,
    trainable: rangeAt(0, region),
    scratchOffsets,
    bytes: end,
  };
}

/** Lays parameters out one after the other. */
function pack(parameters: readonly ArenaParameter[], indices: readonly number[]) {
  let end = 0;
  const places = indices.map((index) => {
    const bytes = roundUp(4 * sizeOf(item(parameters, index).shape), VECTOR);
    const start = bytes < LINE ? end : roundUp(end, LINE);
    end = start + bytes;
    return { index, start, bytes };
  });
  return { places, bytes: roundUp(end, LINE) };
}

function scratchBytes({ shape, dtype }: ArenaScratch): number {
  return roundUp(sizeOf(shape) * bytesPerElement(dtype), LINE);
}

function roundUp(value: number, multiple: number): number {
  return Math.ceil(value / multiple) * multiple;
}

function allocateMemory(
  bytes: number,
  { slots, scratch = [] }: ArenaLayout,
  trainable: ArenaRange,
): WebAssembly.Memory {
  if (bytes > LARGEST) {
    const working = scratch.reduce((total, array) => total + scratchBytes(array), 0);
    const room = Math.max(0, LARGEST - trainable.offset - working) / (4 * (2 + slots));
    throw new RecurraError(
      "arena-size",
      `arena: the model wants ${gigabytes(bytes)} for training: ${gigabytes(4 * trainable.length)} of trainable parameters, as much ` +
        `for their gradients and for each of the optimiser's ${slots} slots, ${gigabytes(trainable.offset)} of frozen parameters and ` +
        `${gigabytes(working)} of working arrays. One arena holds ${gigabytes(LARGEST)}, here ${millions(room)} trainable parameters ` +
        `where there are ${millions(trainable.length)}: freeze some, take an optimiser with fewer slots, or make the model smaller`,
    );
  }
  const pages = Math.max(1, Math.ceil(bytes / PAGE));
  try {
    return new WebAssembly.Memory({ initial: pages, maximum: pages });
  } catch (cause) {
    throw new RecurraError(
      "out-of-memory",
      `arena: the machine does not give ${gigabytes(bytes)} of memory`,
      { cause },
    );
  }
}

function gigabytes(bytes: number): string {
  return `${Number((bytes / 2 ** 30).toPrecision(3))} GB`;
}

function millions(count: number): string {
  return `${(count / 1e6).toFixed(1)} million`;
}

function arrayAt(dtype: DType, buffer: ArrayBuffer, offset: number, size: number): TypedArray {
  switch (dtype) {
    case "float32":
      return new Float32Array(buffer, offset, size);
    case "float64":
      return new Float64Array(buffer, offset, size);
    case "float16":
      return new Uint16Array(buffer, offset, size);
    case "int32":
      return new Int32Array(buffer, offset, size);
    case "int64":
      return new BigInt64Array(buffer, offset, size);
    case "bool":
      return new Uint8Array(buffer, offset, size);
  }
}

function found<T>(value: T | undefined, kind: string, name: string | number): T {
  if (value === undefined) throw new RecurraError("arena-name", `arena: there is no ${kind} ${name}`);
  return value;
}
