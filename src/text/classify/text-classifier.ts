// A text classifier: a tokeniser, a network and the classes; predicts, is measured, saves itself as a model.

import { z } from "zod";
import { joinPath } from "#platform";
import { type Functional, model as functional } from "../../model/functional.ts";
import { loadModelFolder } from "../../model/load.ts";
import { input } from "../../nn/input.ts";
import { layers } from "../../nn/layers/index.ts";
import { RecurraError } from "../../platform/error.ts";
import { openTokenizer } from "../tokenizers/registry.ts";
import type { Tokenizer } from "../tokenizers/tokenizer.ts";
import { checkTexts } from "./labelled-texts.ts";
import type { LabelSet } from "./labels.ts";
import {
  type TextClassifierConfig,
  type TextClassifierSettings,
  textClassifierSettings,
} from "./settings.ts";
import { idsOf, knownTokens, type RowPlan, rowsOf } from "./text-rows.ts";

/** What a classifier says of a text. */
export interface TextPrediction {
  /** The most probable class. */
  readonly label: string;
  /** Its probability. */
  readonly probability: number;
  /** Of texts that may have several labels: those of a probability of at least one half. Otherwise the label alone. */
  readonly labels: readonly string[];
  /** [K] The probability of each class, in the order of `classes`. */
  readonly probabilities: Float64Array;
  /** Tokens of what is read of the text that the vocabulary has; where there is none, the text says nothing to the model. */
  readonly knownTokens: number;
}

/** What a training came to, as it is saved with the classifier. */
export interface ClassifierTraining {
  readonly texts: number;
  /** Texts that were held out. */
  readonly heldOut: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  readonly loss: number;
  /** On what was held out, at the best epoch. */
  readonly validationLoss: number | undefined;
  readonly validationAccuracy: number | undefined;
}

/** Where texts and labels stood. */
export interface ClassifierColumns {
  /** A list where the texts of several are joined. */
  readonly text?: string | readonly string[] | undefined;
  readonly label?: string | undefined;
}

/** Texts that are turned into rows and read at a time. */
const TEXTS_AT_ONCE = 1024;
/** Texts that the network reads in one run. */
const BATCH = 128;

export class TextClassifier {
  readonly config: TextClassifierConfig;
  readonly settings: TextClassifierSettings;
  readonly tokenizer: Tokenizer;
  /** [K] */
  readonly classes: readonly string[];
  /** Whether a text may have several labels, or none. */
  readonly isMulti: boolean;
  /** Tokens of a text that are read. */
  readonly length: number;
  /** ids [N, T] -> probabilities [N, K], or [N, 1] of the second of two classes. */
  readonly network: Functional;
  /** Undefined until it is trained. */
  training: ClassifierTraining | undefined;
  /** The columns of the table that it was trained on, by name or number, where it was one: other tables may be read alike. */
  columns: ClassifierColumns | undefined;

  /** A classifier with fresh weights. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
  constructor(config: TextClassifierConfig, tokenizer: Tokenizer, labels: LabelSet, length: number) {
    this.config = JSON.parse(JSON.stringify(config)) as TextClassifierConfig;
    this.settings = textClassifierSettings(config);
    this.tokenizer = tokenizer;
    this.classes = labels.classes;
    this.isMulti = labels.isMulti;
    this.length = length;
    this.network = this.#build();
  }

  /** Whether there are two classes, and a text has one of them: the network then gives the probability of the second. */
  get isBinary(): boolean {
    return this.classes.length === 2 && !this.isMulti;
  }

  /** How texts become rows of ids. */
  get rows(): RowPlan {
    return { tokenizer: this.tokenizer, length: this.length, truncating: this.settings.truncating };
  }

  /** What the classifier says of each text; an empty text is read as padding alone. @throws RecurraError `texts` */
  async predict(texts: readonly string[]): Promise<readonly TextPrediction[]> {
    const { probabilities: all, known } = await this.#read("predict", texts);
    const count = this.classes.length;
    return texts.map((_, n) => {
      const probabilities = all.subarray(n * count, (n + 1) * count);
      let best = 0;
      for (let k = 1; k < count; k++) if ((probabilities[k] ?? 0) > (probabilities[best] ?? 0)) best = k;
      const label = this.classes[best] ?? "";
      const labels = this.isMulti ? this.classes.filter((_, k) => (probabilities[k] ?? 0) >= 0.5) : [label];
      const knownTokens = known[n] ?? 0;
      return { label, probability: probabilities[best] ?? 0, labels, probabilities, knownTokens };
    });
  }

  /** The probability of each class for each text: [N, K], row-major. @throws RecurraError `texts` */
  async probabilities(texts: readonly string[]): Promise<Float64Array> {
    return (await this.#read("probabilities", texts)).probabilities;
  }

  /** How many texts have no token, of what is read of them, that the vocabulary has. @throws RecurraError `texts` */
  unknownTexts(texts: readonly string[]): number {
    checkTexts("TextClassifier.unknownTexts", texts);
    return texts.filter((text) => knownTokens(rowsOf([text], this.rows), this.tokenizer)[0] === 0).length;
  }

  /** The probabilities [N, K], and how many tokens of what is read of each text are known [N]. */
  async #read(
    who: string,
    texts: readonly string[],
  ): Promise<{ readonly probabilities: Float64Array; readonly known: Int32Array }> {
    checkTexts(`TextClassifier.${who}`, texts);
    const count = this.classes.length;
    const result = new Float64Array(texts.length * count);
    const known = new Int32Array(texts.length);
    for (let from = 0; from < texts.length; from += TEXTS_AT_ONCE) {
      const rows = rowsOf(texts.slice(from, from + TEXTS_AT_ONCE), this.rows);
      known.set(knownTokens(rows, this.tokenizer), from);
      const told = await this.network.predict(rows, { batchSize: BATCH });
      for (const [i, value] of (told.data as Float32Array).entries()) {
        if (this.isBinary) {
          result[2 * (from + i)] = 1 - value;
          result[2 * (from + i) + 1] = value;
        } else result[from * count + i] = value;
      }
    }
    return { probabilities: result, known };
  }

  /** Writes a folder that {@link loadTextClassifier} reads. */
  async save(folder: string): Promise<void> {
    const { config, classes, isMulti, length, training, columns } = this;
    const tokenizer = this.tokenizer.record();
    const preprocessing = { ...FORMAT, config, classes, isMulti, length, tokenizer, training, columns };
    await this.network.save(folder, { preprocessing });
  }

  #build(): Functional {
    const { kind, network, embedding, trainEmbedding, dropout, seed } = this.settings;
    const ids = input({ name: "ids", shape: [this.length], dtype: "int32" });
    const vectors = layers
      .embedding({
        inputDim: idsOf(this.tokenizer),
        outputDim: embedding,
        trainable: trainEmbedding,
        name: "embedding",
      })
      .apply(ids);
    let text = kind.build(vectors, { length: this.length, dropout }, network);
    if (dropout > 0) text = layers.dropout({ rate: dropout }).apply(text);
    const units = this.isBinary ? 1 : this.classes.length;
    const activation = this.isBinary || this.isMulti ? "sigmoid" : "softmax";
    const outputs = layers.dense({ units, activation, name: "classes" }).apply(text);
    return functional({ inputs: ids, outputs, name: "text_classifier", seed });
  }
}

const FORMAT = { format: "recurra-text-classifier", version: 1 } as const;

const schema = z.object({
  format: z.literal(FORMAT.format),
  version: z.literal(FORMAT.version),
  config: z.looseObject({ name: z.string() }),
  classes: z.array(z.string()),
  isMulti: z.boolean(),
  length: z.number().int().positive(),
  tokenizer: z.looseObject({ format: z.string(), name: z.string() }),
  training: z.unknown().optional(),
  columns: z
    .object({ text: z.union([z.string(), z.array(z.string())]).optional(), label: z.string().optional() })
    .optional(),
});

/**
 * Reads a text classifier that was saved.
 *
 * @throws RecurraError `file-not-found`; `classifier-format` for a folder that holds another kind of model, or one of another version;
 *   `vocabulary-weights` where its weights are of another vocabulary
 */
export async function loadTextClassifier(folder: string): Promise<TextClassifier> {
  const { model, preprocessing } = await loadModelFolder(folder);
  const { success, data } = schema.safeParse(preprocessing);
  if (!success)
    throw new RecurraError(
      "classifier-format",
      `Cannot read "${joinPath(folder, "config.json")}": it is no text classifier of this version. Train one: recurra classify train.`,
    );
  const { config, classes, isMulti, length } = data;
  const tokenizer = await openTokenizer(data.tokenizer);
  const loaded = new TextClassifier(config as TextClassifierConfig, tokenizer, { classes, isMulti }, length);
  try {
    loaded.network.restoreWeights(model.snapshotWeights());
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(
      "vocabulary-weights",
      `Cannot read "${folder}": its weights do not fit its vocabulary of ${tokenizer.vocabulary.size} and its config (${error.message}). Train and save it again.`,
    );
  }
  loaded.training = data.training as ClassifierTraining | undefined;
  loaded.columns = data.columns;
  return loaded;
}
