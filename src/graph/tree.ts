// Nested objects and arrays of values ("trees"): what traced functions take and give.

import { RecurraError } from "../platform/error.ts";

/** A value, or arrays and plain objects of them, nested as deep as one likes. */
export type Tree<T> = T | readonly Tree<T>[] | { readonly [key: string]: Tree<T> };

/** The same nest with other leaves. */
export type MapTree<X, From, To> = X extends From
  ? To
  : X extends readonly unknown[] | object
    ? { readonly [K in keyof X]: MapTree<X[K], From, To> }
    : X;

type LeafTest<T> = (value: unknown) => value is T;

/** The leaves of a tree, in order (object keys in the order they were written). */
export function leavesOf<T>(tree: unknown, isLeaf: LeafTest<T>, what = "value", leaf = "a tensor"): T[] {
  return placedLeaves(tree, isLeaf, what, leaf).map(([, value]) => value);
}

/** The leaves of a tree of the same nest as a model, in the model's order: the order of keys does not matter. */
export function leavesLike<T>(model: unknown, tree: unknown, isLeaf: LeafTest<T>, what = "value"): T[] {
  const found = new Map(placedLeaves(tree, isLeaf, what));
  const wanted = placedLeaves(model, isLeaf, what).map(([place]) => place);
  const leaves = wanted.flatMap((place) => found.get(place) ?? []);
  if (leaves.length < wanted.length || found.size > wanted.length) {
    const list = (places: Iterable<string>) => [...places].join(", ") || "nothing";
    throw new RecurraError("bad-tree", `${what}: wants ${list(wanted)}, got ${list(found.keys())}`);
  }
  return leaves;
}

/** The leaves of a tree, each with its place in it: `carry.h`, `arguments[0]`. */
function placedLeaves<T>(
  tree: unknown,
  isLeaf: LeafTest<T>,
  place: string,
  wanted = "a tensor",
): [place: string, leaf: T][] {
  const within = (branch: unknown, at: string) => placedLeaves(branch, isLeaf, `${place}${at}`, wanted);
  if (isLeaf(tree)) return [[place, tree]];
  if (Array.isArray(tree)) return tree.flatMap((branch, i) => within(branch, `[${i}]`));
  if (tree !== null && typeof tree === "object" && isPlain(tree)) {
    return Object.entries(tree).flatMap(([key, branch]) => within(branch, `.${key}`));
  }
  const got = tree === null ? "null" : typeof tree === "object" ? tree.constructor.name : typeof tree;
  throw new RecurraError(
    "bad-tree",
    `${place}: wants ${wanted}, or arrays and plain objects of them, got ${got}`,
  );
}

function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** A tree of the same nest with the given leaves, taken in order. */
export function withLeaves<T>(
  tree: unknown,
  isLeaf: (value: unknown) => boolean,
  leaves: Iterator<T>,
): unknown {
  if (isLeaf(tree)) return leaves.next().value;
  if (Array.isArray(tree)) return tree.map((branch) => withLeaves(branch, isLeaf, leaves));
  return Object.fromEntries(
    Object.entries(tree as object).map(([key, branch]) => [key, withLeaves(branch, isLeaf, leaves)]),
  );
}

/** A tree of the same nest, each leaf replaced. */
export function mapTree<X, T, U>(tree: X, isLeaf: LeafTest<T>, change: (leaf: T) => U): MapTree<X, T, U> {
  const leaves = leavesOf(tree, isLeaf).map(change);
  return withLeaves(tree, isLeaf, leaves.values()) as MapTree<X, T, U>;
}
