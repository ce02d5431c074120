// The CPU device with its eyes open: what is compiled, what is fed and what comes out is kept for tests to look at.

import type { Device } from "../../../src/runtime/device.ts";
import { device as cpu } from "../../../src/runtime/node/cpu.ts";
import { NdArray } from "../../../src/tensor/nd-array.ts";

/** One run of a graph. */
export interface Run {
  readonly label: string;
  /** Copies of what was fed, by the names of the graph's inputs. */
  readonly feeds: ReadonlyMap<string, NdArray>;
  /** What came out, by the names of the graph's outputs. */
  readonly outputs: ReadonlyMap<string, NdArray>;
}

const copyOf = ({ data, shape }: NdArray) => new NdArray(data.slice(), shape);

/** Runs everything on the CPU, with one thread, and keeps a record. */
export class SpyDevice implements Device {
  readonly name = "spy";
  /** The labels of the graphs in the order in which they were compiled. */
  readonly loaded: string[] = [];
  readonly runs: Run[] = [];
  /** Called at each run, before it. */
  onRun: (label: string) => void = () => {};

  readonly load: Device["load"] = async (model, options = {}) => {
    const { label = "" } = options;
    this.loaded.push(label);
    const inner = await cpu.load(model, { ...options, threads: 1 });
    return {
      inputNames: inner.inputNames,
      outputNames: inner.outputNames,
      run: async (feeds) => {
        this.onRun(label);
        const named = new Map(
          inner.inputNames.map((name, i) => [name, copyOf(feeds[i] ?? NdArray.zeros([0]))]),
        );
        const outputs = await inner.run(feeds);
        const results = new Map(
          inner.outputNames.map((name, i) => [name, copyOf(outputs[i] ?? NdArray.zeros([0]))]),
        );
        this.runs.push({ label, feeds: named, outputs: results });
        return outputs;
      },
      release: () => inner.release(),
    };
  };

  /** The runs of training steps. */
  get steps(): readonly Run[] {
    return this.runs.filter(({ label }) => label.includes("training"));
  }
}
