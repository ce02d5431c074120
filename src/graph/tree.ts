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
export function leavesOf<T>(tree: unknown, isLeaf: LeafTest<T>, path = "value"): T[] {
  if (isLeaf(tree)) return [tree];
  if (Array.isArray(tree)) return tree.flatMap((branch, i) => leavesOf(branch, isLeaf, `${path}[${i}]`));
  if (tree !== null && typeof tree === "object" && isPlain(tree)) {
    return Object.entries(tree).flatMap(([key, branch]) => leavesOf(branch, isLeaf, `${path}.${key}`));
  }
  const what = tree === null ? "null" : typeof tree === "object" ? tree.constructor.name : typeof tree;
  throw new RecurraError(
    "bad-tree",
    `${path}: wants a tensor, or arrays and plain objects of them, got ${what}`,
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
