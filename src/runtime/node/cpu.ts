// The CPU device of Node: ONNX Runtime's native build.

import type { InferenceSession, Tensor as OrtTensor } from "onnxruntime-node";
import { RecurraError } from "../../platform/error.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import { formatShape, sizeOf } from "../../tensor/shape.ts";
import type { Device, Executable, LoadOptions } from "../device.ts";

type Ort = typeof import("onnxruntime-node");

export const device: Device = {
  name: "cpu",
  async load(model, { threads, label = "the model" }: LoadOptions = {}) {
    // Loaded here and not at the top, so that importing Recurra stays fast.
    const ort = await import("onnxruntime-node");
    const options: InferenceSession.SessionOptions = {
      executionProviders: ["cpu"],
      executionMode: "sequential",
      graphOptimizationLevel: "all",
      interOpNumThreads: 1,
      // Errors come as exceptions; printing them as well is left to whoever catches them.
      logSeverityLevel: 4,
      ...(threads === undefined ? {} : { intraOpNumThreads: threads }),
    };
    try {
      return new CpuExecutable(ort, await ort.InferenceSession.create(model, options), label);
    } catch (cause) {
      throw new RecurraError("device", `cpu: ${label} could not be loaded: ${messageOf(cause)}`, { cause });
    }
  },
};

class CpuExecutable implements Executable {
  readonly inputNames: readonly string[];
  readonly outputNames: readonly string[];
  readonly #ort: Ort;
  readonly #label: string;
  #session: InferenceSession | undefined;

  constructor(ort: Ort, session: InferenceSession, label: string) {
    this.#ort = ort;
    this.#session = session;
    this.#label = label;
    this.inputNames = session.inputNames;
    this.outputNames = session.outputNames;
  }

  async run(feeds: readonly NdArray[]): Promise<readonly NdArray[]> {
    const session = this.#session;
    if (session === undefined) throw new RecurraError("device", `cpu: ${this.#label} has been released`);
    if (feeds.length !== this.inputNames.length) {
      throw new RecurraError(
        "device",
        `cpu: ${this.#label} wants ${this.inputNames.length} inputs, got ${feeds.length}`,
      );
    }
    const named: Record<string, OrtTensor> = {};
    for (const [i, name] of this.inputNames.entries()) {
      const feed = feeds[i];
      if (feed !== undefined) named[name] = ortTensor(this.#ort, feed, name);
    }
    let results: InferenceSession.OnnxValueMapType;
    try {
      results = await session.run(named);
    } catch (cause) {
      const given = feeds.map(({ dtype, shape }, i) => `${this.inputNames[i]} ${dtype}${formatShape(shape)}`);
      throw new RecurraError(
        "device",
        `cpu: ${this.#label} failed on ${given.join(", ")}: ${messageOf(cause)}`,
        { cause },
      );
    }
    return this.outputNames.map((name) => {
      const result = results[name] as OrtTensor;
      return new NdArray(result.data as NdArray["data"], result.dims);
    });
  }

  async release(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.release();
  }
}

/** One wrapper for each array, so that what is fed at every run is wrapped once. */
const wrappers = new WeakMap<NdArray, OrtTensor>();

function ortTensor(ort: Ort, array: NdArray, name: string): OrtTensor {
  // The views of a WebAssembly memory lose their elements when it grows.
  if (array.data.length !== sizeOf(array.shape)) {
    throw new RecurraError(
      "device",
      `cpu: the array for "${name}" lost its memory, which has grown or moved: make it anew`,
    );
  }
  const known = wrappers.get(array);
  if (known !== undefined) return known;
  if (array.dtype === "float16") {
    throw new RecurraError(
      "device",
      `cpu: "${name}" is float16, in which nothing computes: convert it to float32`,
    );
  }
  const tensor = new ort.Tensor(array.dtype, array.data as never, array.shape);
  wrappers.set(array, tensor);
  return tensor;
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
