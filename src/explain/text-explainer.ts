// Explains what a model of texts predicts, word by word: the model reads the text with words hidden.

import { checkOptionNames, describe } from "../nn/choice.ts";
import { checkCounts } from "../nn/option-checks.ts";
import { RecurraError } from "../platform/error.ts";
import { Random } from "../tensor/random.ts";
import { exactShapley } from "./exact-shapley.ts";
import { outputNames } from "./explanation.ts";
import { checkFeatureCount, type FeatureCount } from "./feature-selection.ts";
import type { Game } from "./game.ts";
import { kernelShap } from "./kernel-shap.ts";
import { applyLink, checkLink, type Link } from "./link.ts";
import { occlude } from "./occlusion.ts";
import { DEFAULT_ORDERS, permutationShapley } from "./permutation-shapley.ts";
import { checkPredictions, type Outputs, type PredictTexts } from "./predict.ts";
import type { ExplainOptions } from "./table-explainer.ts";
import { TextExplanation } from "./text-explanation.ts";
import { hideWords, type SplitText, type Word, wordsOf } from "./words.ts";

export interface TextExplainerOptions {
  /**
   * How what words add is worked out: Shapley values by KernelSHAP (default; exact for up to 11 words), by the definition (up to 16 words)
   * or from random orders, or by hiding a window of words at a time.
   */
  readonly method?: "kernel" | "exact" | "permutation" | "occlusion";
  /** What stands for a hidden word, such as "[MASK]" or a word that the model does not know. Default "": the word is taken out. */
  readonly mask?: string;
  /** Whether a word that comes again is a feature of its own each time, or is hidden everywhere at once (upper and lower case alike). Default "apart". */
  readonly repeated?: "apart" | "together";
  /** Splits a text into its words, such as a tokenizer's `split`. Default: words as Unicode finds them, without punctuation. */
  readonly split?: SplitText;
  /** The scale on which contributions add up to the prediction. Default "identity". */
  readonly link?: Link;
  /** What the outputs are called. */
  readonly outputs?: readonly string[];
  /** Default 0. */
  readonly seed?: number;
  /** Texts given to predict at once, at most. Default 1024. */
  readonly batchSize?: number;
  /** Of "kernel": sets of words that are tried. Default 2·F + 2048, for F words. */
  readonly samples?: number;
  /** Of "kernel": how many words may have a value, or the criterion that says so. Default all. */
  readonly features?: FeatureCount;
  /** Of "permutation": random orders of the words, each walked both ways. Default 10. */
  readonly orders?: number;
  /** Of "occlusion": words hidden at once. Default 1. */
  readonly window?: number;
  /** Of "occlusion": words from one window to the next. Default 1. */
  readonly stride?: number;
}

const methods = {
  kernel: ["samples", "features"],
  exact: [],
  permutation: ["orders"],
  occlusion: ["window", "stride"],
} as const;

const common = ["method", "mask", "repeated", "split", "link", "outputs", "seed", "batchSize"] as const;

/** Explains predictions for texts. */
export class TextExplainer {
  readonly #predict: PredictTexts;
  readonly #options: TextExplainerOptions;

  /** @internal See {@link textExplainer}. */
  constructor(predict: PredictTexts, options: TextExplainerOptions) {
    if (typeof predict !== "function")
      throw new RecurraError(
        "option-value",
        `${what}: wants a function from texts to predictions, got ${describe(predict)}`,
      );
    checkOptionNames(what, options, [...common, ...Object.values(methods).flat()]);
    const { method = "kernel", repeated = "apart", link = "identity", mask = "", seed = 0, split } = options;
    if (!Object.hasOwn(methods, method)) throw choiceError("method", Object.keys(methods), method);
    checkOptionNames(`${what} by "${method}"`, options, [...common, ...methods[method]]);
    if (repeated !== "apart" && repeated !== "together")
      throw choiceError("repeated", ["apart", "together"], repeated);
    if (typeof mask !== "string")
      throw new RecurraError("option-value", `${what}: mask is to be text, got ${describe(mask)}`);
    if (split !== undefined && typeof split !== "function")
      throw new RecurraError("option-value", `${what}: split is to be a function, got ${describe(split)}`);
    checkLink(what, link);
    new Random(seed); // fails for what is no seed
    const { batchSize, samples, features, orders, window, stride } = options;
    checkFeatureCount(what, features);
    const given = Object.entries({ batchSize, samples, orders, window, stride });
    checkCounts(what, Object.fromEntries(given.filter(([, value]) => value !== undefined)));
    this.#predict = predict;
    this.#options = options;
  }

  /**
   * What each word of some texts adds to their predictions. Shapley values sum to link(prediction) - base value; values of occlusion need not.
   *
   * @throws RecurraError `no-rows`, `empty-text` for a text without words, `predictions` for what predict gives wrongly
   */
  async explain(texts: readonly string[], options: ExplainOptions = {}): Promise<readonly TextExplanation[]> {
    checkOptionNames(`${what}: explain`, options, ["signal", "onProgress"]);
    if (!Array.isArray(texts))
      throw new RecurraError("input-shape", `${what}: wants a list of texts, got ${describe(texts)}`);
    if (texts.length === 0) throw new RecurraError("no-rows", `${what}: there are no texts`);
    const found: TextExplanation[] = [];
    for (const [n, text] of texts.entries()) {
      found.push(await this.#explain(text, n, options.signal));
      options.onProgress?.(n + 1, texts.length);
    }
    return found;
  }

  async #explain(text: unknown, n: number, signal: AbortSignal | undefined): Promise<TextExplanation> {
    if (typeof text !== "string")
      throw new RecurraError("input-shape", `${what}: text ${n} is ${describe(text)}; wanted text`);
    const { mask = "", repeated = "apart", split, link = "identity" } = this.#options;
    const words = wordsOf(text, split);
    if (words.length === 0)
      throw new RecurraError(
        "empty-text",
        `${what}: text ${n} (${describe(text)}) has no words to explain; leave it out, or give a split that finds some`,
      );
    const { names, features } = featuresOf(words, repeated);
    const players = names.length;
    const compose = (masks: Uint8Array, s: number) =>
      hideWords(text, words, (w) => masks[s * players + (features[w] ?? 0)] === 1, mask);

    const none = new Uint8Array(players);
    const ends = await this.#outputs([compose(none, 0), text], signal);
    const outputs = ends.width;
    applyLink(what, link, ends.values);
    const game: Game = {
      players,
      empty: ends.values.slice(0, outputs),
      full: ends.values.slice(outputs),
      values: async (masks) => {
        const count = masks.length / players;
        const composed = (start: number, end: number) =>
          Array.from({ length: end - start }, (_, i) => compose(masks, start + i));
        return applyLink(what, link, await this.#valuesOf(count, outputs, composed, signal));
      },
    };
    return new TextExplanation({
      text,
      words,
      features,
      names,
      values: await this.#solve(game, n),
      baseValues: game.empty,
      predictions: game.full,
      outputs: outputNames(what, this.#options.outputs, outputs),
    });
  }

  #solve(game: Game, n: number): Promise<Float64Array> {
    const { method = "kernel", seed = 0, samples, features, orders = DEFAULT_ORDERS } = this.#options;
    const random = new Random(seed).fold(n);
    switch (method) {
      case "kernel":
        return kernelShap(game, { samples, features, random });
      case "exact":
        return exactShapley(game);
      case "permutation":
        return permutationShapley(game, orders, random);
      case "occlusion":
        return occlude(game, this.#options.window ?? 1, this.#options.stride ?? 1);
    }
  }

  async #valuesOf(
    count: number,
    outputs: number,
    composed: (start: number, end: number) => string[],
    signal: AbortSignal | undefined,
  ): Promise<Float64Array> {
    const { batchSize = 1024 } = this.#options;
    const values = new Float64Array(count * outputs);
    for (let start = 0; start < count; start += batchSize) {
      const end = Math.min(start + batchSize, count);
      const part = await this.#outputs(composed(start, end), signal, outputs);
      values.set(part.values, start * outputs);
    }
    return values;
  }

  async #outputs(texts: string[], signal: AbortSignal | undefined, width?: number): Promise<Outputs> {
    signal?.throwIfAborted();
    return checkPredictions(what, await this.#predict(texts), texts.length, width);
  }
}

const what = "textExplainer";

function choiceError(option: string, choices: readonly string[], got: unknown): RecurraError {
  const wanted = choices.map((choice) => `"${choice}"`).join(", ");
  return new RecurraError(
    "option-value",
    `${what}: ${option} is to be one of ${wanted}, got ${describe(got)}`,
  );
}

/** Which feature each word is. */
function featuresOf(words: readonly Word[], repeated: "apart" | "together") {
  if (repeated === "apart") return { names: words.map(({ text }) => text), features: words.map((_, w) => w) };
  const places = new Map<string, number>();
  const names: string[] = [];
  const features = words.map(({ text }) => {
    const key = text.toLowerCase();
    const known = places.get(key);
    if (known !== undefined) return known;
    places.set(key, names.length);
    return names.push(text) - 1;
  });
  return { names, features };
}

/**
 * Explains a model of texts word by word.
 *
 *     const explainer = textExplainer((texts) => classifier.predict(texts), { link: "logit" });
 *     const [explanation] = await explainer.explain(["a film of rare beauty"]);
 *
 * @param predict from n texts to [n] or [n, outputs]; it is also given texts with words hidden, down to the empty one where mask is ""
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function textExplainer(predict: PredictTexts, options: TextExplainerOptions = {}): TextExplainer {
  return new TextExplainer(predict, options);
}
