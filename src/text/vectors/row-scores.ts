// Scalar products of a few vectors with all rows of a matrix, by a WebAssembly kernel over blocks of rows.

import { i32, instantiate, op, storeLane, wasmFunction, whilst } from "../../runtime/wasm/module.ts";
import { dots, type RowShape, rowShape } from "./row-code.ts";

/** Vectors that are held against a row at once: the lanes of a SIMD vector. */
const LANES = 4;
/** Bytes of rows in a block: so many stay in the cache while one group of vectors after the other is held against them. */
const BLOCK_BYTES = 2 ** 18;

/** Gets the scores of some rows, from `first` on, with one of the vectors. The array is used again. */
export type ScoreVisitor = (query: number, scores: Float32Array, first: number) => void;

/** Computes matrix · queriesᵀ block by block; nothing of that size is kept. One of them serves all matrices of a width. */
export class RowScorer {
  readonly #width: number;
  readonly #shape: RowShape;
  readonly #blockRows: number;
  readonly #queriesAt: number;
  readonly #scoresAt: number;
  readonly #floats: Float32Array;
  readonly #scores: (rows: number) => void;

  constructor(width: number) {
    this.#width = width;
    this.#shape = rowShape(width);
    const { stride } = this.#shape;
    this.#blockRows = Math.max(1, Math.floor(BLOCK_BYTES / stride));
    this.#queriesAt = this.#blockRows * stride;
    this.#scoresAt = this.#queriesAt + LANES * stride;
    const bytes = this.#scoresAt + LANES * 4 * this.#blockRows;
    const memory = new WebAssembly.Memory({ initial: Math.ceil(bytes / 65536) });
    this.#floats = new Float32Array(memory.buffer);
    const code = kernel(this.#shape, this.#queriesAt, this.#scoresAt, this.#blockRows);
    this.#scores = instantiate([code], memory).scores;
  }

  /**
   * @param matrix [rows, width]
   * @param queries [queries, width]
   * @param rows how many of the matrix's first rows
   */
  score(matrix: Float32Array, queries: Float32Array, rows: number, visit: ScoreVisitor): void {
    const count = queries.length / this.#width;
    for (let first = 0; first < rows; first += this.#blockRows) {
      const some = Math.min(this.#blockRows, rows - first);
      this.#copy(matrix, first, some, 0);
      for (let query = 0; query < count; query += LANES) {
        const lanes = Math.min(LANES, count - query);
        this.#copy(queries, query, lanes, this.#queriesAt);
        this.#scores(some);
        for (let lane = 0; lane < lanes; lane++) {
          const at = this.#scoresAt / 4 + lane * this.#blockRows;
          visit(query + lane, this.#floats.subarray(at, at + some), first);
        }
      }
    }
  }

  #copy(rows: Float32Array, first: number, count: number, address: number): void {
    for (let row = 0; row < count; row++) {
      const start = (first + row) * this.#width;
      const target = (address + row * this.#shape.stride) / 4;
      this.#floats.set(rows.subarray(start, start + this.#width), target);
    }
  }
}

/** `scores(rows)`: the products of that many rows, from address 0 on, with four vectors; for each vector an array of `blockRows`. */
function kernel(shape: RowShape, queriesAt: number, scoresAt: number, blockRows: number) {
  return wasmFunction("scores", ["i32"], undefined, ([rows], local) => {
    const [row, target] = [local("i32"), local("i32")];
    const queries = Array.from({ length: LANES }, () => local("i32"));
    const { code, result } = dots(shape, row, queries, 0, local);
    const four = local("v128");
    return [
      row.set(i32(0)),
      target.set(i32(scoresAt)),
      ...queries.map((query, lane) => query.set(i32(queriesAt + lane * shape.stride))),
      whilst(
        rows.get,
        ...code,
        four.set(result),
        ...queries.map((_, lane) =>
          storeLane(
            "v128.store32_lane",
            lane,
            op("i32.add", target.get, i32(lane * 4 * blockRows)),
            four.get,
          ),
        ),
        row.advance(shape.stride),
        target.advance(4),
        rows.advance(-1),
      ),
    ];
  });
}
