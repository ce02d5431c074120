// Runs a case and says how it went.

import { interpret } from "../../src/graph/interpret.ts";
import { RecurraError } from "../../src/platform/error.ts";
import { Compiled } from "../../src/runtime/compile.ts";
import { NdArray } from "../../src/tensor/nd-array.ts";
import type { Case } from "./case.ts";
import { compare } from "./compare.ts";
import { familyOf } from "./families/index.ts";
import type { Results } from "./gradients.ts";
import { Unsupported } from "./options.ts";

/** Numbers under the names that the file has for them. */
export type Values = ReadonlyMap<string, NdArray>;

/** What a family makes of a case. */
export interface Computed {
  /** A graph to run on the device. */
  readonly graph?: Results;
  /** Numbers that the family computed itself. */
  readonly values?: Values;
}

/** Makes of a case what is to be compared; throws `Unsupported` where it cannot. */
export type Family = (cas: Case) => Computed | Promise<Computed>;

export type Outcome =
  | { readonly status: "passed"; readonly detail: string }
  | { readonly status: "failed"; readonly detail: string }
  | { readonly status: "skipped"; readonly detail: string };

/** Computes a graph from the inputs of a case, some of which may be replaced by other arrays. */
export type GraphRunner = (cas: Case, results: Results, instead?: Values) => Values | Promise<Values>;

/** Runs a case, values and gradients: in float32 on the CPU device, or by another runner. */
export async function runCase(cas: Case, runGraph: GraphRunner = onCpu): Promise<Outcome> {
  try {
    const computed = await familyOf(cas.layer)(cas);
    cas.config.finish();
    cas.call.finish();
    const values = new Map([
      ...(await runGraph(cas, computed.graph ?? new Map())),
      ...(computed.values ?? []),
    ]);
    const comparisons = [...values].map(([name, value]) => compare(cas, name, value));
    if (cas.unread.length > 0)
      throw new Unsupported(`tensors ${cas.unread.join(", ")} are not understood yet`);
    const unchecked = cas.outputs.filter((name) => !values.has(name));
    if (unchecked.length > 0) throw new Unsupported(`outputs ${unchecked.join(", ")} are not computed yet`);
    const faults = comparisons.flatMap(({ fault }) => fault ?? []);
    if (faults.length > 0) return { status: "failed", detail: faults.join("; ") };
    const worst = comparisons.reduce((a, b) => (b.excess > a.excess ? b : a));
    return {
      status: "passed",
      detail: `${comparisons.length} tensors, ${worst.name} at ${worst.excess.toFixed(3)} of its tolerance`,
    };
  } catch (error) {
    if (error instanceof Unsupported) return { status: "skipped", detail: error.message };
    if (error instanceof RecurraError) return { status: "failed", detail: `${error.code}: ${error.message}` };
    return {
      status: "failed",
      detail: error instanceof Error ? (error.stack ?? error.message) : String(error),
    };
  }
}

/** The CPU device, after the graph passes. */
export const onCpu: GraphRunner = async (cas, results, instead = new Map()) => {
  if (results.size === 0) return new Map();
  const inputs = [...cas.inputs];
  const outputs = [...results].map(([name, tensor]) => [`result ${name}`, tensor] as const);
  const compiled = await Compiled.from(inputs, outputs, { threads: 1, label: cas.name });
  try {
    const arrays = await compiled.run(inputs.map(([name]) => instead.get(name) ?? cas.array(name)));
    return new Map([...results.keys()].map((name, i) => [name, arrays[i] as NdArray]));
  } finally {
    await compiled.release();
  }
};

/** The reference interpreter, in float64 and without passes. */
export const byInterpreter: GraphRunner = (cas, results, instead = new Map()) => {
  const arrays = [...cas.inputs].map(
    ([name, tensor]) => [tensor, instead.get(name) ?? cas.array(name)] as const,
  );
  const leaves = new Map(
    arrays.map(([tensor, array]) => [tensor, { shape: array.shape, data: array.toFloat64() }]),
  );
  const values = interpret([...results.values()], leaves);
  return new Map(
    [...results.keys()].map((name, i) => [
      name,
      new NdArray(values[i]?.data ?? new Float64Array(), values[i]?.shape ?? [0]),
    ]),
  );
};
