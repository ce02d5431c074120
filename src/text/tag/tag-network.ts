// The whole network of a tagger: vectors of tokens, the network that reads them in their sentence, and what tells their tags.

import { type Functional, model as functional } from "../../model/functional.ts";
import { input } from "../../nn/input.ts";
import type { LayerTensor } from "../../nn/layer.ts";
import { layers } from "../../nn/layers/index.ts";
import { forbiddenTags, tagRules } from "./best-tags.ts";
import type { TagSet } from "./sentences.ts";
import type { TaggerSettings } from "./settings.ts";
import { casings, type TokenTables } from "./token-features.ts";

/** See `Tagger.network` for its inputs and outputs. */
export function tagNetwork(settings: TaggerSettings, tables: TokenTables, set: TagSet): Functional {
  const { kind, network, dropout, seed, wordLength, characterFilters } = settings;
  const words = input({ name: "words", shape: [null], dtype: "int32" });
  const casing = input({ name: "casing", shape: [null], dtype: "int32" });
  const real = input({ name: "real", shape: [null, 1] });
  const inputs: Record<string, LayerTensor> = { words, casing, real };
  // The mask of the words goes with all that follows, to the loss.
  const vectors = layers.embedding({
    inputDim: tables.words.size,
    outputDim: settings.embedding,
    maskZero: true,
    trainable: settings.trainEmbedding,
    name: "words_table",
  });
  const parts = [
    vectors.apply(words),
    layers
      .embedding({ inputDim: casings.length, outputDim: 8, maskZero: true, name: "casing_table" })
      .apply(casing),
  ];
  if (characterFilters > 0) {
    const characters = input({ name: "characters", shape: [null, wordLength], dtype: "int32" });
    inputs.characters = characters;
    parts.push(spelled(characters, tables, settings));
  }
  let tokens = layers.concatenate().apply(parts);
  if (dropout > 0) tokens = layers.dropout({ rate: dropout }).apply(tokens);
  tokens = kind.build(layers.multiply().apply([tokens, real]), { dropout, real }, network);
  if (dropout > 0) tokens = layers.dropout({ rate: dropout }).apply(tokens);
  return functional({ inputs, outputs: told(tokens, settings, set), name: "tagger", seed });
}

/** [B, T, C] -> [B, T, filters]: the strongest answer of each filter over a word (Ma & Hovy, ACL 2016, section 2.1). */
function spelled(
  characters: LayerTensor,
  tables: TokenTables,
  { characterEmbedding, characterFilters }: TaggerSettings,
): LayerTensor {
  const table = layers.embedding({
    inputDim: tables.characters.size,
    outputDim: characterEmbedding,
    name: "characters_table",
  });
  const filters = layers.conv1D({
    filters: characterFilters,
    kernelSize: 3,
    padding: "same",
    activation: "relu",
  });
  let word = table.apply(characters); // [B, T, C, E]
  for (const layer of [filters, layers.globalMaxPooling1D()])
    word = layers.timeDistributed({ layer }).apply(word);
  return word;
}

/** [B, T, U] -> the probabilities of tags [B, T, K], and what a conditional random field makes them of. */
function told(
  tokens: LayerTensor,
  { output }: TaggerSettings,
  { tags, scheme }: TagSet,
): Readonly<Record<string, LayerTensor>> {
  const { length: units } = tags;
  if (output === "softmax")
    return { tags: layers.dense({ units, activation: "softmax", name: "tags" }).apply(tokens) };
  const scores = layers.dense({ units, name: "scores" }).apply(tokens);
  const chain = layers.crf({ ...forbiddenTags(tagRules(tags, scheme)), name: "chain" }).apply(scores);
  return { tags: layers.chainMarginals({ name: "tags" }).apply(chain), chain };
}
