// Writes WebAssembly modules: instructions as bytes, functions over one imported memory, and their binary form.

/** The types of parameters, locals and results. */
export type ValueType = "i32" | "i64" | "f32" | "f64" | "v128";

const VALUE_TYPES: Record<ValueType, number> = { i32: 0x7f, i64: 0x7e, f32: 0x7d, f64: 0x7c, v128: 0x7b };

/** Bytes of instructions, nested as they were put together. An expression leaves one value on the stack, a statement none. */
export type Code = number | readonly Code[];

// Source of the numbers: WebAssembly Core Specification 2.0, chapter 5.4 (binary format, instructions).
const PLAIN = {
  select: 0x1b,
  "i32.eqz": 0x45,
  "i32.eq": 0x46,
  "i32.ne": 0x47,
  "i32.lt_s": 0x48,
  "i32.lt_u": 0x49,
  "i32.gt_s": 0x4a,
  "i32.ge_u": 0x4f,
  "i32.add": 0x6a,
  "i32.sub": 0x6b,
  "i32.mul": 0x6c,
  "i32.and": 0x71,
  "i32.or": 0x72,
  "i32.xor": 0x73,
  "i32.shl": 0x74,
  "i32.shr_u": 0x76,
  "i64.add": 0x7c,
  "i64.mul": 0x7e,
  "i64.shr_u": 0x88,
  "f32.sqrt": 0x91,
  "f32.add": 0x92,
  "f32.sub": 0x93,
  "f32.mul": 0x94,
  "f32.div": 0x95,
  "f64.add": 0xa0,
  "f64.mul": 0xa2,
  "i32.wrap_i64": 0xa7,
  "i64.extend_i32_u": 0xad,
  "f32.convert_i32_s": 0xb2,
  "f64.promote_f32": 0xbb,
} as const;

const VECTOR = {
  "i8x16.splat": 0x0f,
  "i32x4.splat": 0x11,
  "f32x4.splat": 0x13,
  "f64x2.splat": 0x14,
  "i8x16.eq": 0x23,
  "i8x16.lt_u": 0x26,
  "i8x16.ge_u": 0x2c,
  "f32x4.eq": 0x41,
  "f32x4.ne": 0x42,
  "f32x4.lt": 0x43,
  "f32x4.gt": 0x44,
  "f32x4.ge": 0x46,
  "v128.not": 0x4d,
  "v128.and": 0x4e,
  "v128.andnot": 0x4f,
  "v128.or": 0x50,
  "v128.xor": 0x51,
  "v128.bitselect": 0x52,
  "v128.any_true": 0x53,
  "f32x4.demote_f64x2_zero": 0x5e,
  "f64x2.promote_low_f32x4": 0x5f,
  "f32x4.floor": 0x68,
  "f32x4.nearest": 0x6a,
  "i16x8.extend_low_i8x16_s": 0x87,
  "i16x8.extend_high_i8x16_s": 0x88,
  "i32x4.extend_low_i16x8_s": 0xa7,
  "i32x4.extend_high_i16x8_s": 0xa8,
  "i32x4.shl": 0xab,
  "i32x4.shr_u": 0xad,
  "i32x4.add": 0xae,
  "f32x4.abs": 0xe0,
  "f32x4.neg": 0xe1,
  "f32x4.sqrt": 0xe3,
  "f32x4.add": 0xe4,
  "f32x4.sub": 0xe5,
  "f32x4.mul": 0xe6,
  "f32x4.div": 0xe7,
  "f32x4.min": 0xe8,
  "f32x4.max": 0xe9,
  "f32x4.pmin": 0xea,
  "f32x4.pmax": 0xeb,
  "f64x2.add": 0xf0,
  "f64x2.mul": 0xf2,
  "i32x4.trunc_sat_f32x4_s": 0xf8,
  "f32x4.convert_i32x4_s": 0xfa,
} as const;

/** Instructions on a lane that the code names. */
const LANE = { "f32x4.extract_lane": 0x1f, "f64x2.extract_lane": 0x21 } as const;

// The opcode, and the alignment that the address is promised to have, as a power of two.
const LOAD = {
  "i32.load": [0x28, 2],
  "i64.load": [0x29, 2],
  "f32.load": [0x2a, 2],
  "v128.load": [0xfd00, 2],
} as const;
const STORE = {
  "i32.store": [0x36, 2],
  "i64.store": [0x37, 2],
  "f32.store": [0x38, 2],
  "v128.store": [0xfd0b, 2],
} as const;
const STORE_LANE = { "v128.store32_lane": [0xfd5a, 2], "v128.store64_lane": [0xfd5b, 2] } as const;

/** Names of the instructions that take their operands from the stack and nothing else. */
export type OpName = keyof typeof PLAIN | keyof typeof VECTOR;

/** Applies an instruction to operands. */
export function op(name: OpName, ...operands: readonly Code[]): Code {
  return [
    operands,
    name in PLAIN ? PLAIN[name as keyof typeof PLAIN] : vector(VECTOR[name as keyof typeof VECTOR]),
  ];
}

/** Reads one lane of a vector. */
export function extractLane(name: keyof typeof LANE, lane: number, value: Code): Code {
  return [value, vector(LANE[name]), lane];
}

/** Reads from address + offset (bytes). */
export function load(name: keyof typeof LOAD, address: Code, offset = 0): Code {
  return [address, access(LOAD[name], offset)];
}

/** Writes to address + offset (bytes). */
export function store(name: keyof typeof STORE, address: Code, value: Code, offset = 0): Code {
  return [address, value, access(STORE[name], offset)];
}

/** Writes one lane of a vector. */
export function storeLane(name: keyof typeof STORE_LANE, lane: number, address: Code, value: Code): Code {
  return [address, value, access(STORE_LANE[name], 0), lane];
}

/** The 16 chosen bytes of two vectors; bytes of the second count from 16. */
export function shuffle(bytes: readonly number[], a: Code, b: Code): Code {
  return [a, b, vector(0x0d), bytes];
}

/** The four chosen 32-bit lanes of two vectors; lanes of the second count from 4. */
export function shuffleLanes(lanes: readonly number[], a: Code, b: Code): Code {
  const bytes = lanes.flatMap((lane) => [4 * lane, 4 * lane + 1, 4 * lane + 2, 4 * lane + 3]);
  return shuffle(bytes, a, b);
}

export function i32(value: number): Code {
  return [0x41, signedLeb(value)];
}

export function i64(value: bigint): Code {
  return [0x42, signedLeb64(BigInt.asIntN(64, value))];
}

export function f32(value: number): Code {
  return [0x43, bytesIn(Float32Array.of(value))];
}

export function f64(value: number): Code {
  return [0x44, bytesIn(Float64Array.of(value))];
}

/** A vector of four 32-bit integers. */
export function i32x4(...lanes: readonly [number, number, number, number]): Code {
  return [vector(0x0c), bytesIn(Int32Array.from(lanes))];
}

/** Copies `bytes` bytes; the two ranges may overlap. */
export function copyMemory(target: Code, source: Code, bytes: Code): Code {
  return [target, source, bytes, 0xfc, 10, 0, 0];
}

/** Runs the body if the condition is not zero. */
export function when(condition: Code, ...body: readonly Code[]): Code {
  return [condition, 0x04, 0x40, body, 0x0b];
}

/** Runs the body `count` times, counting the local down to zero. */
export function repeat(count: Local, ...body: readonly Code[]): Code {
  const next = count.tee(op("i32.sub", count.get, i32(1)));
  return when(count.get, 0x03, 0x40, body, next, 0x0d, 0, 0x0b);
}

/** Runs the body as long as the condition, which is looked at before each time, is not zero. */
export function whilst(condition: Code, ...body: readonly Code[]): Code {
  const leave = [condition, PLAIN["i32.eqz"], 0x0d, 1];
  return [0x02, 0x40, 0x03, 0x40, leave, body, 0x0c, 0, 0x0b, 0x0b];
}

/** Returns a value from the function at once. */
export function giveBack(value: Code): Code {
  return [value, 0x0f];
}

/** A parameter or a local variable of a function. */
export class Local {
  readonly type: ValueType;
  readonly #index: Code;

  constructor(type: ValueType, index: number) {
    this.type = type;
    this.#index = leb(index);
  }

  /** Its value. */
  get get(): Code {
    return [0x20, this.#index];
  }

  /** The statement that changes it. */
  set(value: Code): Code {
    return [value, 0x21, this.#index];
  }

  /** Changes it and gives the new value. */
  tee(value: Code): Code {
    return [value, 0x22, this.#index];
  }

  /** The statement that adds a constant to it; for an i32. */
  advance(amount: number): Code {
    return this.set(op("i32.add", this.get, i32(amount)));
  }
}

/** A function of a module; it is exported under its name. */
export interface WasmFunction<Name extends string = string> {
  readonly name: Name;
  readonly parameters: readonly ValueType[];
  readonly result: ValueType | undefined;
  readonly locals: readonly ValueType[];
  readonly code: Code;
}

/**
 * Writes a function.
 *
 * @param body Gives the function's statements, the last of which is its result where it has one. It gets the parameters, and
 *   `local` to declare variables, which start at zero.
 */
export function wasmFunction<const Name extends string, const Parameters extends readonly ValueType[]>(
  name: Name,
  parameters: Parameters,
  result: ValueType | undefined,
  body: (
    parameters: { [K in keyof Parameters]: Local },
    local: (type: ValueType) => Local,
  ) => readonly Code[],
): WasmFunction<Name> {
  const locals: ValueType[] = [];
  const local = (type: ValueType) => new Local(type, parameters.length + locals.push(type) - 1);
  const arguments_ = parameters.map((type, i) => new Local(type, i)) as { [K in keyof Parameters]: Local };
  return { name, parameters, result, code: body(arguments_, local), locals };
}

const modules = new Map<string, WebAssembly.Module>();

/** Compiles functions over a memory, which may be shared by threads, and returns them by name. The compiled module is kept for the next memory. */
export function instantiate<Name extends string>(
  functions: readonly WasmFunction<Name>[],
  memory: WebAssembly.Memory,
): Readonly<Record<Name, (...values: number[]) => number>> {
  const shared = !(memory.buffer instanceof ArrayBuffer);
  const bytes = encodeModule(functions, shared);
  const key = new TextDecoder("latin1").decode(bytes); // a character for each byte
  const module = modules.get(key) ?? new WebAssembly.Module(bytes);
  modules.set(key, module);
  const { exports } = new WebAssembly.Instance(module, { host: { memory } });
  return exports as Record<Name, (...values: number[]) => number>;
}

/** The most 64 KiB pages there can be. */
const MOST_PAGES = 65536;

/** The binary form of a module that imports its memory, `shared` or not, as `host.memory` and exports each function. */
export function encodeModule(functions: readonly WasmFunction[], shared = false): Uint8Array {
  const types = functions.map(({ parameters, result }) => [
    0x60,
    list(parameters.map((type) => VALUE_TYPES[type])),
    list(result === undefined ? [] : [VALUE_TYPES[result]]),
  ]);
  const limits = shared ? [0x03, 0, leb(MOST_PAGES)] : [0x00, 0]; // at least 0 pages; a shared memory has a maximum
  const memory = [text("host"), text("memory"), 0x02, limits];
  const bodies = functions.map(({ locals, code }) =>
    sized([list(locals.map((type) => [1, VALUE_TYPES[type]])), code, 0x0b]),
  );
  const module = [
    [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0], // "\0asm", version 1
    [1, sized(list(types))],
    [2, sized(list([memory]))],
    [3, sized(list(functions.map((_, i) => leb(i))))],
    [7, sized(list(functions.map(({ name }, i) => [text(name), 0x00, leb(i)])))],
    [10, sized(list(bodies))],
  ];
  return Uint8Array.from(flatten(module));
}

/** All bytes in order. */
function flatten(code: Code, bytes: number[] = []): number[] {
  if (typeof code === "number") bytes.push(code);
  else for (const part of code) flatten(part, bytes);
  return bytes;
}

/** Bytes with their number before them. */
function sized(code: Code): Code {
  const bytes = flatten(code);
  return [leb(bytes.length), bytes];
}

/** Items with their number before them. */
function list(items: readonly Code[]): Code {
  return [leb(items.length), items];
}

function text(value: string): Code {
  return sized(Array.from(new TextEncoder().encode(value)));
}

function bytesIn({ buffer }: Float32Array | Float64Array | Int32Array): Code {
  return Array.from(new Uint8Array(buffer));
}

function vector(opcode: number): Code {
  return [0xfd, leb(opcode)];
}

/** Opcode, alignment and offset of a memory access; opcodes from 0xfd00 on are the vector ones. */
function access([opcode, alignment]: readonly [number, number], offset: number): Code {
  return [opcode >= 0xfd00 ? vector(opcode - 0xfd00) : opcode, alignment, leb(offset)];
}

/** An unsigned integer in LEB128: seven bits a byte, the lowest first; the top bit says that more follow. */
function leb(value: number): Code {
  return value < 128 ? value : [(value % 128) | 0x80, leb(Math.floor(value / 128))];
}

/** A 32-bit integer in signed LEB128: the last byte's bit 6 is the sign. */
function signedLeb(value: number): Code {
  const low = value & 0x7f;
  const rest = value >> 7;
  const ends = rest === (low & 0x40 ? -1 : 0);
  return ends ? low : [low | 0x80, signedLeb(rest)];
}

/** A 64-bit integer in signed LEB128. */
function signedLeb64(value: bigint): Code {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const ends = rest === (low & 0x40 ? -1n : 0n);
  return ends ? low : [low | 0x80, signedLeb64(rest)];
}
