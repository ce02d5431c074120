// A language model made of a network: scores texts, reads them token by token, saves itself as a model.

import { z } from "zod";
import { joinPath } from "#platform";
import type { Functional } from "../../../model/functional.ts";
import { loadModelFolder } from "../../../model/load.ts";
import type { Network } from "../../../model/network.ts";
import { RecurraError } from "../../../platform/error.ts";
import { openTokenizer } from "../../tokenizers/registry.ts";
import type { Tokenizer } from "../../tokenizers/tokenizer.ts";
import { countCharacters, type LanguageModel, type Reader, type TextScore } from "../language-model.ts";
import { BlockReader } from "./block-reader.ts";
import type { NetworkForms } from "./network.ts";
import { type ReadingParts, StreamReader, WindowReader } from "./readers.ts";
import { logProbabilityOf } from "./score.ts";
import { type LanguageModelConfig, type LanguageModelSettings, languageModelSettings } from "./settings.ts";

/** What a training came to, as it is saved with the model. */
export interface LanguageTraining {
  readonly characters: number;
  readonly tokens: number;
  /** Tokens at the end that were held out. */
  readonly heldOut: number;
  readonly epochs: number;
  readonly bestEpoch: number;
  /** At the best epoch, nats a token: in training, and on what was held out. */
  readonly loss: number;
  readonly validationLoss: number | undefined;
}

/** A network, how it was made, and the tokens that it reads. */
export class NeuralLanguageModel implements LanguageModel {
  readonly config: LanguageModelConfig;
  readonly settings: LanguageModelSettings;
  readonly tokenizer: Tokenizer;
  /** Undefined until it is trained. */
  training: LanguageTraining | undefined;
  /** @internal */
  readonly forms: NetworkForms;
  /** Forms that read, and the version of the weights that those of a kind have: they share their layers. */
  readonly #reading = new Map<string, Functional>();
  readonly #versions = new Map<string, number>();
  /** Whose weights are read. */
  #source: Network;

  /** A model with fresh weights. @throws RecurraError `unknown-name`, `unknown-option`, `option-value` */
  constructor(config: LanguageModelConfig, tokenizer: Tokenizer) {
    this.config = JSON.parse(JSON.stringify(config)) as LanguageModelConfig;
    this.settings = languageModelSettings(config);
    this.tokenizer = tokenizer;
    const { kind, context, dropout, seed, network } = this.settings;
    const vocabulary = tokenizer.vocabulary.size;
    this.forms = kind.build({ vocabulary, context, dropout, seed }, network);
    this.#source = this.forms.training;
  }

  /** Numbers that the network learns. */
  get parameters(): number {
    return this.forms.training.countParams();
  }

  /**
   * The log-probability of all tokens of a text but the first.
   *
   * @throws RecurraError `empty-text` for a text of less than two tokens
   */
  async score(text: string): Promise<TextScore> {
    const ids = this.tokenizer.encode(text);
    if (ids.length < 2)
      throw new RecurraError(
        "empty-text",
        `score: the text has ${ids.length} token${ids.length === 1 ? "" : "s"}; wanted two at least: the first is what the model begins with`,
      );
    const first = this.tokenizer.decode(ids.subarray(0, 1));
    return {
      logProbability: await logProbabilityOf(ids, this.forms.reads, this.#parts()),
      tokens: ids.length - 1,
      characters: countCharacters(text) - countCharacters(first),
    };
  }

  reader(): Reader {
    const { reads } = this.forms;
    const parts = this.#parts();
    if (reads === "stream") return new StreamReader(parts);
    return parts.cached === undefined ? new WindowReader(parts) : new BlockReader(parts, parts.cached);
  }

  /** Writes a folder that {@link loadNeuralLanguageModel} reads; its model.onnx reads one token, or one context, at a time. */
  async save(folder: string): Promise<void> {
    const { reads } = this.forms;
    const preprocessing = {
      ...FORMAT,
      config: this.config,
      tokenizer: this.tokenizer.record(),
      training: this.training,
    };
    await this.#model(reads === "stream" ? 1 : this.settings.context).save(folder, { preprocessing });
  }

  /** Takes the weights of a saved model. @internal */
  takeWeights(saved: Network, what: string): void {
    this.#source = saved;
    try {
      this.forms.training.restoreWeights(saved.snapshotWeights());
    } catch (error) {
      if (!(error instanceof RecurraError)) throw error;
      throw new RecurraError(
        "vocabulary-weights",
        `Cannot read "${what}": its weights do not fit its vocabulary of ${this.tokenizer.vocabulary.size} and its config (${error.message}). Train and save it again.`,
      );
    }
    this.#source = this.forms.training;
  }

  #parts(): ReadingParts {
    const { states, cached } = this.forms;
    return {
      vocabulary: this.tokenizer.vocabulary.size,
      context: this.settings.context,
      states,
      model: (tokens) => this.#model(tokens),
      cached: cached && {
        ...cached,
        reading: (tokens) => this.#current("cached", tokens, (n) => cached.reading(n)),
      },
    };
  }

  #model(tokens: number): Functional {
    return this.#current("reading", tokens, (n) => this.forms.reading(n));
  }

  /** The form of a kind for so many tokens, with the weights as they are now. */
  #current(kind: string, tokens: number, make: (tokens: number) => Functional): Functional {
    const version = this.#source.weights.reduce((sum, { weight }) => sum + weight.version, 0);
    const key = `${kind} ${tokens}`;
    const known = this.#reading.get(key);
    if (known !== undefined && version === this.#versions.get(kind)) return known;
    const made = known ?? make(tokens);
    this.#reading.set(key, made);
    if ((made as Network) !== this.#source) made.restoreWeights(this.#source.snapshotWeights());
    this.#versions.set(kind, version);
    return made;
  }
}

const FORMAT = { format: "recurra-language-model", version: 1 } as const;

const schema = z.object({
  format: z.literal(FORMAT.format),
  version: z.literal(FORMAT.version),
  config: z.looseObject({ name: z.string() }),
  tokenizer: z.looseObject({ format: z.string(), name: z.string() }),
  training: z.unknown().optional(),
});

/**
 * Reads a language model that was saved.
 *
 * @throws RecurraError `file-not-found`; `language-model-format` for a folder that holds another kind of model, or one of another version;
 *   `vocabulary-weights` where its weights are of another vocabulary
 */
export async function loadNeuralLanguageModel(folder: string): Promise<NeuralLanguageModel> {
  const { model, preprocessing } = await loadModelFolder(folder);
  const { success, data } = schema.safeParse(preprocessing);
  if (!success)
    throw new RecurraError(
      "language-model-format",
      `Cannot read "${joinPath(folder, "config.json")}": it is no language model of this version. Train one: recurra generate train.`,
    );
  const loaded = new NeuralLanguageModel(
    data.config as LanguageModelConfig,
    await openTokenizer(data.tokenizer),
  );
  loaded.takeWeights(model, folder);
  loaded.training = data.training as LanguageTraining | undefined;
  return loaded;
}
