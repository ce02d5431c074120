// The kernel of word2vec: it reads sentences of word ids and trains on them, without leaving WebAssembly.

import {
  type Code,
  f32,
  i32,
  i32x4,
  instantiate,
  type Local,
  load,
  op,
  store,
  wasmFunction,
  when,
  whilst,
} from "../../../runtime/wasm/module.ts";
import { addRow, clearRow, type DeclareLocal, type RowShape, scaleRow } from "../../vectors/row-code.ts";
import { SENTENCE_END } from "../corpus.ts";
import { advance, below, drawAlias, upper } from "./draws.ts";
import { type LossSum, MOST_TOGETHER, trainTargets } from "./targets.ts";

/** Kept words after which a sentence is cut in two. */
export const LONGEST_SENTENCE = 1000;

/** What a kernel is written for; addresses are in bytes. */
export interface SentencePlan {
  readonly architecture: "skipGram" | "cbow";
  readonly shape: RowShape;
  /** Most words to each side of a word that count as its context. */
  readonly window: number;
  /** The input rows: of words, then of subwords. */
  readonly input: number;
  /** The output rows: of words, or of the inner nodes of the Huffman tree. */
  readonly output: number;
  /** For each word the bound that 32 random bits must stay below or at for it to be kept; undefined: all are. */
  readonly keep: number | undefined;
  /** The rows that make up a word's input: for each word where they begin in `rows`, and the row numbers. Undefined: its own row. */
  readonly subwords: { readonly starts: number; readonly rows: number } | undefined;
  readonly loss:
    | { readonly kind: "negative"; readonly samples: number; readonly table: number; readonly size: number }
    /** For each word where its path begins in `steps`; a step is 2·node + bit of the code. */
    | { readonly kind: "tree"; readonly starts: number; readonly steps: number };
}

/** Where a thread's own numbers lie. */
export interface Scratch {
  /** The state of the random generator, 8 bytes; then of the loss: 16 bytes of mantissas, 16 of exponents; then pairs trained, 4. */
  readonly state: number;
  /** Ids of the sentence, {@link LONGEST_SENTENCE} of them. */
  readonly sentence: number;
  /** Two rows: h and its change. */
  readonly hidden: number;
  /** Pointers to the rows that make up h, as many as a context can have. */
  readonly gathered: number;
}

/** Offsets within `Scratch.state`. */
export const STATE = { random: 0, mantissas: 16, exponents: 32, pairs: 48, bytes: 64 };

/** Writes the kernel, `train(ids, end, rate)`: ids from one address to the other, {@link SENTENCE_END} after each sentence; learning rate. */
export function sentenceKernel(plan: SentencePlan, scratch: Scratch, memory: WebAssembly.Memory) {
  const train = wasmFunction("train", ["i32", "i32", "f32"], undefined, ([ids, end, rate], local) => {
    const random = local("i64");
    const loss: LossSum = { mantissas: local("v128"), exponents: local("v128") };
    const pairs = local("i32");
    const alpha = local("v128");
    const length = local("i32");
    const state = i32(scratch.state);
    const context: Context = { plan, scratch, local, random, loss, alpha, pairs, length };
    return [
      random.set(load("i64.load", state, STATE.random)),
      loss.mantissas.set(op("f32x4.splat", f32(1))),
      alpha.set(op("f32x4.splat", rate.get)),
      whilst(op("i32.lt_u", ids.get, end.get), ...readSentence(context, ids, end), ...trainSentence(context)),
      store("i64.store", state, random.get, STATE.random),
      store("v128.store", state, loss.mantissas.get, STATE.mantissas),
      store("v128.store", state, loss.exponents.get, STATE.exponents),
      store("i32.store", state, pairs.get, STATE.pairs),
    ];
  });
  return instantiate([train], memory).train;
}

interface Context {
  readonly plan: SentencePlan;
  readonly scratch: Scratch;
  readonly local: DeclareLocal;
  readonly random: Local;
  readonly loss: LossSum;
  readonly alpha: Local;
  readonly pairs: Local;
  /** Words of the sentence that are kept. */
  readonly length: Local;
}

/** Reads ids up to the end of the sentence and keeps each word with its probability (subsampling). */
function readSentence({ plan, scratch, local, random, length }: Context, ids: Local, end: Local): Code[] {
  const [word, going] = [local("i32"), local("i32")];
  const at = op("i32.add", i32(scratch.sentence), op("i32.shl", length.get, i32(2)));
  const keep = [store("i32.store", at, word.get), length.advance(1)];
  const drawn =
    plan.keep === undefined
      ? keep
      : [
          advance(random),
          when(
            op("i32.ge_u", load("i32.load", element(plan.keep, word.get)), op("i32.wrap_i64", upper(random))),
            ...keep,
          ),
        ];
  const more = op(
    "i32.and",
    op("i32.lt_u", ids.get, end.get),
    op("i32.lt_u", length.get, i32(LONGEST_SENTENCE)),
  );
  return [
    length.set(i32(0)),
    going.set(i32(1)),
    whilst(
      op("i32.and", going.get, more),
      word.set(load("i32.load", ids.get)),
      ids.advance(4),
      going.set(op("i32.ne", word.get, i32(SENTENCE_END))),
      when(going.get, ...drawn),
    ),
  ];
}

/** The address of an element of an array of 32-bit numbers. */
function element(array: number, index: Code): Code {
  return op("i32.add", op("i32.shl", index, i32(2)), i32(array));
}

/** Takes each word of the sentence with the words around it, as far as a window drawn from 1 to `window` reaches. */
function trainSentence(context: Context): Code[] {
  const { plan, scratch, local, random, length } = context;
  const [position, word, reach] = [local("i32"), local("i32"), local("i32")];
  const [at, last, other] = [local("i32"), local("i32"), local("i32")];
  /** For each position of the window but the word's own. */
  const around = (...body: readonly Code[]) => [
    at.set(op("i32.sub", position.get, reach.get)),
    at.set(op("select", at.get, i32(0), op("i32.gt_s", at.get, i32(0)))),
    last.set(op("i32.add", position.get, reach.get)),
    last.set(op("select", last.get, op("i32.sub", length.get, i32(1)), op("i32.lt_s", last.get, length.get))),
    whilst(
      op("i32.eqz", op("i32.gt_s", at.get, last.get)),
      when(
        op("i32.ne", at.get, position.get),
        other.set(load("i32.load", element(scratch.sentence, at.get))),
        ...body,
      ),
      at.advance(1),
    ),
  ];
  const example =
    plan.architecture === "cbow"
      ? gatheredExample(context, word, (add) => around(...add(other)))
      : around(
          ...(plan.subwords === undefined
            ? plainExample(context, word, other)
            : gatheredExample(context, word, (add) => add(other))),
        );
  return [
    position.set(i32(0)),
    whilst(
      op("i32.lt_s", position.get, length.get),
      word.set(load("i32.load", element(scratch.sentence, position.get))),
      advance(random),
      reach.set(op("i32.add", below(random, plan.window), i32(1))),
      ...example,
      position.advance(1),
    ),
  ];
}

function rowAddress({ plan }: Context, matrix: number, row: Code): Code {
  return op("i32.add", op("i32.mul", row, i32(plan.shape.stride)), i32(matrix));
}

/** One word predicted from the row of another, which is the hidden row itself. */
function plainExample(context: Context, word: Local, other: Local): Code[] {
  const { plan, local, pairs } = context;
  const input = local("i32");
  const setInput = input.set(rowAddress(context, plan.input, other.get));
  if (plan.loss.kind === "negative" && plan.loss.samples + 1 <= MOST_TOGETHER)
    return [setInput, ...predict(context, word, input, undefined), pairs.advance(1)];
  // The output rows come in several parts, each of which is to see the same hidden row.
  const change = local("i32");
  return [
    setInput,
    change.set(i32(context.scratch.hidden + plan.shape.stride)),
    ...clearRow(plan.shape, change, local),
    ...predict(context, word, input, change),
    ...addRow(plan.shape, input, change, local),
    pairs.advance(1),
  ];
}

/** One word predicted from the mean of several rows, each of which takes the whole change. */
function gatheredExample(
  context: Context,
  word: Local,
  gather: (add: (word: Local) => Code[]) => Code[],
): Code[] {
  const { plan, scratch, local, pairs } = context;
  const [hidden, change, row] = [local("i32"), local("i32"), local("i32")];
  const [list, listed, share] = [local("i32"), local("i32"), local("v128")];
  const addOne = (number: Code) => [
    row.set(rowAddress(context, plan.input, number)),
    store("i32.store", list.get, row.get),
    list.advance(4),
    ...addRow(plan.shape, hidden, row, local),
  ];
  const add = (other: Local) => {
    if (plan.subwords === undefined) return addOne(other.get);
    const [from, to] = [local("i32"), local("i32")];
    return [
      from.set(load("i32.load", element(plan.subwords.starts, other.get))),
      to.set(load("i32.load", element(plan.subwords.starts, other.get), 4)),
      whilst(
        op("i32.lt_u", from.get, to.get),
        ...addOne(load("i32.load", element(plan.subwords.rows, from.get))),
        from.advance(1),
      ),
    ];
  };
  const count = op("i32.shr_u", op("i32.sub", list.get, i32(scratch.gathered)), i32(2));
  return [
    hidden.set(i32(scratch.hidden)),
    change.set(i32(scratch.hidden + plan.shape.stride)),
    list.set(i32(scratch.gathered)),
    ...clearRow(plan.shape, hidden, local),
    ...gather(add),
    when(
      op("i32.ne", list.get, i32(scratch.gathered)),
      share.set(op("f32x4.splat", op("f32.div", f32(1), op("f32.convert_i32_s", count)))),
      ...scaleRow(plan.shape, hidden, share, local),
      ...clearRow(plan.shape, change, local),
      ...predict(context, word, hidden, change),
      listed.set(i32(scratch.gathered)),
      whilst(
        op("i32.lt_u", listed.get, list.get),
        row.set(load("i32.load", listed.get)),
        ...addRow(plan.shape, row, change, local),
        listed.advance(4),
      ),
      pairs.advance(1),
    ),
  ];
}

/** The steps that predict a word from a hidden row. */
function predict(context: Context, word: Local, hidden: Local, change: Local | undefined): Code[] {
  const { plan, local, random, loss, alpha: rate } = context;
  const { shape } = plan;
  const first = i32x4(-1, 0, 0, 0);
  if (plan.loss.kind === "negative") {
    const { samples, table: address, size } = plan.loss;
    const index = local("i32");
    const targets = Array.from({ length: samples + 1 }, () => local("i32"));
    const label = op("v128.and", op("f32x4.splat", f32(1)), first);
    return [
      ...targets.flatMap((target, i) =>
        i === 0
          ? [target.set(rowAddress(context, plan.output, word.get))]
          : [
              ...drawAlias(random, index, { address, size }, local),
              target.set(rowAddress(context, plan.output, index.get)),
            ],
      ),
      ...trainTargets({ shape, hidden, targets, label, skipEqual: true, rate, loss }, change, local),
    ];
  }
  const { starts, steps } = plan.loss;
  const [from, to, step, target] = [local("i32"), local("i32"), local("i32"), local("i32")];
  const isLeft = op("i32.eqz", op("i32.and", step.get, i32(1)));
  const label = op("v128.and", op("f32x4.splat", op("f32.convert_i32_s", isLeft)), first);
  return [
    from.set(load("i32.load", element(starts, word.get))),
    to.set(load("i32.load", element(starts, word.get), 4)),
    whilst(
      op("i32.lt_u", from.get, to.get),
      step.set(load("i32.load", element(steps, from.get))),
      target.set(rowAddress(context, plan.output, op("i32.shr_u", step.get, i32(1)))),
      ...trainTargets(
        { shape, hidden, targets: [target], label, skipEqual: false, rate, loss },
        change,
        local,
      ),
      from.advance(1),
    ),
  ];
}
