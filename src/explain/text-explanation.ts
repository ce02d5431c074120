// The explanation of a text: what each of its words adds to a prediction.

import { NdArray } from "../tensor/nd-array.ts";
import { outputPlace, type RowExplanation } from "./explanation.ts";
import type { Word } from "./words.ts";

/** A piece of a text: a word with what it adds, or what stands between words. */
export interface TextSegment {
  readonly text: string;
  /** Absent between words. */
  readonly value?: number;
}

export interface TextExplanationParts {
  readonly text: string;
  readonly words: readonly Word[];
  /** [words] Which feature a word is. */
  readonly features: readonly number[];
  readonly names: readonly string[];
  /** [F × D] */
  readonly values: Float64Array;
  readonly baseValues: Float64Array;
  readonly predictions: Float64Array;
  readonly outputs: readonly string[];
}

/** What each word of a text adds to each output. */
export class TextExplanation {
  readonly text: string;
  /** The words in order, with their places. */
  readonly words: readonly Word[];
  /** [F] The features: the words, or each different word once. */
  readonly names: readonly string[];
  /** float64 [F] of one output, [F, D] of several. */
  readonly values: NdArray;
  /** [D] What is predicted when all words are hidden, on the scale of the link. */
  readonly baseValues: Float64Array;
  /** [D] What is predicted for the text, on the scale of the link. */
  readonly predictions: Float64Array;
  /** [D] */
  readonly outputs: readonly string[];
  readonly #features: readonly number[];

  constructor(parts: TextExplanationParts) {
    this.text = parts.text;
    this.words = parts.words;
    this.names = parts.names;
    this.baseValues = parts.baseValues;
    this.predictions = parts.predictions;
    this.outputs = parts.outputs;
    this.#features = parts.features;
    const count = parts.names.length;
    this.values = new NdArray(
      parts.values,
      this.outputs.length === 1 ? [count] : [count, this.outputs.length],
    );
  }

  /** As the force plot and the waterfall take it. @throws RecurraError `several-outputs`, `unknown-name` */
  row(output?: string | number): RowExplanation {
    const d = outputPlace(this.outputs, output);
    const values = this.values.data as Float64Array;
    return {
      baseValue: this.baseValues[d] ?? 0,
      prediction: this.predictions[d] ?? 0,
      output: this.outputs[d] ?? "",
      features: this.names.map((name, f) => ({ name, value: values[f * this.outputs.length + d] ?? 0 })),
    };
  }

  /**
   * The whole text piece by piece, as the coloured text takes it. Where repeated words count together, each has the value of all.
   *
   * @throws RecurraError `several-outputs`, `unknown-name`
   */
  segments(output?: string | number): readonly TextSegment[] {
    const d = outputPlace(this.outputs, output);
    const values = this.values.data as Float64Array;
    const segments: TextSegment[] = [];
    let from = 0;
    for (const [w, { text, start, end }] of this.words.entries()) {
      if (start > from) segments.push({ text: this.text.slice(from, start) });
      segments.push({ text, value: values[(this.#features[w] ?? 0) * this.outputs.length + d] ?? 0 });
      from = end;
    }
    if (from < this.text.length) segments.push({ text: this.text.slice(from) });
    return segments;
  }

  /** As plain JSON: the text, its words with their places, and the numbers as nested lists. */
  toJSON(): object {
    return {
      text: this.text,
      words: this.words.map((word, w) => ({ ...word, feature: this.#features[w] })),
      names: this.names,
      outputs: this.outputs,
      baseValues: [...this.baseValues],
      predictions: [...this.predictions],
      values: this.values.toNested(),
    };
  }
}
