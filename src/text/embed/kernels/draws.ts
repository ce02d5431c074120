// Code for the random draws inside kernels: a linear congruential generator, and words by Walker's alias table.

import { type Code, i32, i64, type Local, load, op } from "../../../runtime/wasm/module.ts";
import type { DeclareLocal } from "../../vectors/row-code.ts";

/** The generator of word2vec.c and drand48: x ← 25214903917·x + 11, here modulo 2^64. */
export function advance(state: Local): Code {
  return state.set(op("i64.add", op("i64.mul", state.get, i64(25214903917n)), i64(11n)));
}

/** The state's upper 32 bits; the lower ones repeat after a short while. */
export function upper(state: Local): Code {
  return op("i64.shr_u", state.get, i64(32n));
}

/** A whole number from 0 to bound - 1 of the state. */
export function below(state: Local, bound: number): Code {
  return op("i32.wrap_i64", op("i64.shr_u", op("i64.mul", upper(state), i64(BigInt(bound))), i64(32n)));
}

/**
 * Draws from an alias table, see {@link aliasTable}: statements that set `index`.
 *
 * The upper half of (32 random bits · size) names the column, the lower half decides between it and its alias.
 */
export function drawAlias(
  state: Local,
  index: Local,
  table: { readonly address: number; readonly size: number },
  local: DeclareLocal,
): Code[] {
  const [product, column, entry] = [local("i64"), local("i32"), local("i32")];
  return [
    advance(state),
    product.set(op("i64.mul", upper(state), i64(BigInt(table.size)))),
    column.set(op("i32.wrap_i64", op("i64.shr_u", product.get, i64(32n)))),
    entry.set(op("i32.add", op("i32.shl", column.get, i32(3)), i32(table.address))),
    index.set(
      op(
        "select",
        column.get,
        load("i32.load", entry.get, 4),
        op("i32.lt_u", op("i32.wrap_i64", product.get), load("i32.load", entry.get)),
      ),
    ),
  ];
}
