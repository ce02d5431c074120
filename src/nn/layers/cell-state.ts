// The state of a cell, whatever its nest, as the list of its tensors, and back.

import { Tensor } from "../../graph/tensor.ts";
import { leavesLike, leavesOf, withLeaves } from "../../graph/tree.ts";

const isTensor = (value: unknown): value is Tensor => value instanceof Tensor;

/** The tensors of a state in the order in which it is written. @throws RecurraError `bad-tree` for what is no state */
export function tensorsOf(state: unknown, what: string): readonly Tensor[] {
  return leavesOf(state, isTensor, what);
}

/** The tensors of a state in the order of another of the same nest. @throws RecurraError `bad-tree` where the nest is another */
export function tensorsLike(model: unknown, state: unknown, what: string): readonly Tensor[] {
  return leavesLike(model, state, isTensor, what);
}

/** The state of the same nest with these tensors. */
export function stateLike<State>(model: State, tensors: readonly Tensor[]): State {
  return withLeaves(model, isTensor, tensors.values()) as State;
}

/**
 * The tensors of a state that a call was given: as a list of tensors in the order of the model, or as the model is nested, by its names.
 *
 * @throws RecurraError `bad-tree` where the nest is another; a list may still be too short or too long
 */
export function givenState(model: unknown, given: unknown, what: string): readonly Tensor[] {
  if (Array.isArray(given) && given.every(isTensor)) return given;
  // One half of what a bidirectional layer is given is a list of one state.
  const isWrapped = Array.isArray(given) && given.length === 1 && !Array.isArray(model);
  return tensorsLike(model, isWrapped ? given[0] : given, what);
}
