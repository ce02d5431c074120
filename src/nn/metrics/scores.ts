// Scores of two classes, kept in order: the exact areas under their ROC and precision-recall curves.

/** Scores with signed weights: positive for samples of the class, negative for others. */
export interface Run {
  readonly scores: Float32Array;
  readonly weights: Float32Array;
}

const empty: Run = { scores: new Float32Array(), weights: new Float32Array() };

/** Collects scores, 8 bytes each. New ones are sorted in when an area is asked for. */
export class ScoreList {
  /** In ascending order. */
  #sorted = empty;
  /** What has come since, in places of which `#count` are taken. */
  #fresh = empty;
  #count = 0;
  #hasNaN = false;

  /** All of them, in ascending order. A list to which they are added in that order is the same. */
  get samples(): Run {
    this.#settle();
    return this.#sorted;
  }

  /** Adds a sample. One of weight 0 is left out. */
  add(score: number, weight: number): void {
    if (weight === 0) return;
    if (Number.isNaN(score) || Number.isNaN(weight)) this.#hasNaN = true;
    if (this.#count === this.#fresh.scores.length) this.#fresh = grown(this.#fresh);
    this.#fresh.scores[this.#count] = score + 0; // -0 is 0
    this.#fresh.weights[this.#count] = weight;
    this.#count++;
  }

  /**
   * The probability that a sample of the class scores above another one, ties counting half: the area under the ROC curve by
   * trapezoids, which is Mann and Whitney's U. `undefined` unless there are samples of both classes. Source: Hanley & McNeil, Radiology 143 (1982).
   */
  areaUnderRoc(): number | undefined {
    let [above, negatives, positives] = [0, 0, 0];
    this.#eachScore("ascending", (yes, no) => {
      above += yes * (negatives + no / 2);
      negatives += no;
      positives += yes;
    });
    return positives * negatives === 0 ? undefined : above / (positives * negatives);
  }

  /**
   * The area under precision over recall. "step": the average precision, Σ (R_n - R_{n-1})·P_n over the scores from high to low.
   * "linear": by trapezoids, from precision 1 at recall 0; it tends to be too high (Davis & Goadrich, ICML 2006). `undefined`
   * unless there are samples of the class.
   */
  areaUnderPrecision(interpolation: "step" | "linear"): number | undefined {
    let [hits, misses, area, before] = [0, 0, 0, 1];
    this.#eachScore("descending", (yes, no) => {
      hits += yes;
      misses += no;
      const precision = hits / (hits + misses);
      area += yes * (interpolation === "step" ? precision : (precision + before) / 2);
      before = precision;
    });
    return hits === 0 ? undefined : area / hits;
  }

  /** Visits each score once, with the weights of the two classes at it. */
  #eachScore(order: "ascending" | "descending", visit: (yes: number, no: number) => void): void {
    this.#settle();
    if (this.#hasNaN) {
      visit(Number.NaN, Number.NaN);
      return;
    }
    const { scores, weights } = this.#sorted;
    const step = order === "ascending" ? 1 : -1;
    for (let i = step > 0 ? 0 : scores.length - 1; i >= 0 && i < scores.length; ) {
      const score = scores[i];
      let [yes, no] = [0, 0];
      for (; scores[i] === score; i += step) {
        const weight = weights[i] ?? 0;
        if (weight > 0) yes += weight;
        else no -= weight;
      }
      visit(yes, no);
    }
  }

  /** Sorts what is new, and merges it with the rest. */
  #settle(): void {
    if (this.#count === 0) return;
    const { scores, weights } = this.#fresh;
    const fresh = sorted({
      scores: scores.subarray(0, this.#count),
      weights: weights.subarray(0, this.#count),
    });
    this.#sorted = this.#sorted.scores.length === 0 ? fresh : merged(this.#sorted, fresh);
    this.#count = 0;
  }
}

/** Twice the places. */
function grown({ scores, weights }: Run): Run {
  const longer = (values: Float32Array) => {
    const result = new Float32Array(Math.max(values.length * 2, 256));
    result.set(values);
    return result;
  };
  return { scores: longer(scores), weights: longer(weights) };
}

/**
 * In ascending order. A score's bits, turned so that they sort as whole numbers, and its place make one 64-bit number each: those are
 * sorted without a call for each comparison.
 */
function sorted({ scores, weights }: Run): Run {
  const bits = new Uint32Array(Float32Array.from(scores).buffer);
  const packed = new BigUint64Array(scores.length);
  const words = new Uint32Array(packed.buffer);
  for (let i = 0; i < bits.length; i++) {
    const own = bits[i] ?? 0;
    words[2 * i] = i;
    words[2 * i + 1] = own >= 0x80000000 ? ~own : own + 0x80000000;
  }
  packed.sort();
  const pick = (values: Float32Array) => values.map((_, i) => values[words[2 * i] ?? 0] ?? Number.NaN);
  return { scores: pick(scores), weights: pick(weights) };
}

/** Two runs as one. */
function merged(a: Run, b: Run): Run {
  const size = a.scores.length + b.scores.length;
  const result = { scores: new Float32Array(size), weights: new Float32Array(size) };
  for (let [i, j, k] = [0, 0, 0]; k < size; k++) {
    const first = i < a.scores.length && !((b.scores[j] ?? Infinity) < (a.scores[i] ?? Infinity));
    const [from, place] = first ? [a, i++] : [b, j++];
    result.scores[k] = from.scores[place] ?? Number.NaN;
    result.weights[k] = from.weights[place] ?? Number.NaN;
  }
  return result;
}
