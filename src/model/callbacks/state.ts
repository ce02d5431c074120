// The states of callbacks: under which names a checkpoint keeps them, and how a callback reads its own back.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import type { NdArray } from "../../tensor/nd-array.ts";
import type { Json } from "../json.ts";
import { type Callback, type CallbackState, hookNames, stateNames, type TrainingState } from "./callback.ts";

/**
 * Fails unless the callbacks can be called: objects whose hooks are functions, without a hook that is none.
 *
 * @throws RecurraError `callback`
 */
export function checkCallbacks(callbacks: readonly unknown[]): asserts callbacks is readonly Callback[] {
  const known: readonly string[] = [...hookNames, ...stateNames];
  for (const [i, callback] of callbacks.entries()) {
    const fault = (why: string) => new RecurraError("callback", `callbacks[${i}]: ${why}`);
    if (typeof callback !== "object" || callback === null)
      throw fault(`is to be an object, such as new EarlyStopping(), got ${describe(callback)}`);
    const methods = callback as Readonly<Record<string, unknown>>;
    const odd = Object.keys(methods).find((name) => /^on[A-Z]/.test(name) && !known.includes(name));
    if (odd !== undefined)
      throw fault(`there is no hook "${odd}". ${suggestion(odd, known)}There are ${hookNames.join(", ")}`);
    const wrong = known.find((name) => !["function", "undefined"].includes(typeof methods[name]));
    if (wrong !== undefined) throw fault(`${wrong} is to be a function, got ${describe(methods[wrong])}`);
    const [has, lacks] = methods.saveState === undefined ? (["loadState", "saveState"] as const) : stateNames;
    if (methods[has] !== undefined && methods[lacks] === undefined)
      throw fault(
        `has ${has} and no ${lacks}; its state would be lost when a training goes on from a checkpoint`,
      );
  }
}

/**
 * The states of all callbacks that keep one, each under its name. To be taken after all callbacks have been called for a step or an
 * epoch: one that comes later in the list may change what an earlier one did.
 */
export async function saveStates(callbacks: readonly Callback[]): Promise<Record<string, CallbackState>> {
  const states: Record<string, CallbackState> = {};
  for (const [name, callback] of named(callbacks)) {
    if (callback.saveState !== undefined) states[name] = await callback.saveState();
  }
  return states;
}

/**
 * Gives callbacks their states back, after `onTrainBegin`. A callback that the checkpoint knows nothing of begins anew.
 *
 * @throws RecurraError `checkpoint-callbacks` for a state that none of the callbacks takes
 */
export async function loadStates(
  callbacks: readonly Callback[],
  states: Readonly<Record<string, CallbackState>>,
  training: TrainingState,
): Promise<void> {
  const takers = named(callbacks).filter(([, callback]) => callback.loadState !== undefined);
  const names = takers.map(([name]) => name);
  const left = Object.keys(states).filter((name) => !names.includes(name));
  if (left.length > 0) {
    const there =
      names.length === 0 ? "no callback given keeps a state" : `those given are ${names.join(", ")}`;
    throw new RecurraError(
      "checkpoint-callbacks",
      `the checkpoint holds the state of ${left.join(", ")}; ${there}. Give fit the callbacks that the training began with`,
    );
  }
  for (const [name, callback] of takers) {
    const state = states[name];
    if (state !== undefined) await callback.loadState?.(state, training);
  }
}

/** Each callback with its name: `EarlyStopping`, and `EarlyStopping_1` for a second one. */
function named(callbacks: readonly Callback[]): readonly (readonly [string, Callback])[] {
  const seen = new Map<string, number>();
  return callbacks.map((callback) => {
    const own = Object.getPrototypeOf(callback) === Object.prototype ? "callback" : callback.constructor.name;
    const name = callback.name ?? own;
    const count = seen.get(name) ?? 0;
    seen.set(name, count + 1);
    return [count === 0 ? name : `${name}_${count}`, callback];
  });
}

/** A number as JSON can hold it: those that are not finite by their name. */
export function jsonNumber(value: number | undefined): Json {
  if (value === undefined) return null;
  return Number.isFinite(value) ? value : String(value);
}

/** Reads a state that {@link Callback.saveState} gave; what is not as it was saved is an error that names it. */
export class StateReader {
  readonly #who: string;
  readonly #state: CallbackState;

  constructor(who: string, state: CallbackState) {
    this.#who = who;
    this.#state = state;
  }

  /** A number that {@link jsonNumber} wrote; `undefined` where there was none. */
  optionalNumber(name: string): number | undefined {
    const value = this.json(name);
    if (value === null) return undefined;
    if (typeof value === "string" && ["NaN", "Infinity", "-Infinity"].includes(value)) return Number(value);
    if (typeof value === "number") return value;
    throw this.#fault(name, "a number", value);
  }

  number(name: string): number {
    const value = this.optionalNumber(name);
    if (value === undefined) throw this.#fault(name, "a number", null);
    return value;
  }

  /** What stands under a name in the state's JSON; null where nothing does. */
  json(name: string): Json {
    const { json } = this.#state;
    if (json === null || typeof json !== "object" || Array.isArray(json)) {
      throw this.#fault("state", "an object", json);
    }
    return (json as { readonly [key: string]: Json })[name] ?? null;
  }

  get arrays(): Readonly<Record<string, NdArray>> {
    return this.#state.arrays ?? {};
  }

  array(name: string): NdArray {
    const array = this.arrays[name];
    if (array === undefined) throw this.#fault(name, "an array", null);
    return array;
  }

  #fault(name: string, wanted: string, came: Json): RecurraError {
    return new RecurraError(
      "checkpoint-state",
      `${this.#who}: the checkpoint's ${name} is to be ${wanted}, got ${describe(came)}`,
    );
  }
}
