// tagForReport: train a tagger, test it on sentences that it has not seen, and gather what a report tells.

import { now } from "#platform";
import type { TaggedSentence } from "../../data/texts/read-tagged-sentences.ts";
import { heldOutRows } from "../../model/datasets/held-out-rows.ts";
import { RecurraError } from "../../platform/error.ts";
import { type EntityReport, entityReport } from "../metrics/entity-f1.ts";
import type { TaggedData } from "../tag/sentences.ts";
import type { TaggerConfig } from "../tag/settings.ts";
import type { Tagger, TaggerEvaluation } from "../tag/tagger.ts";
import { type TaggerEpoch, type TrainTaggerOptions, trainTagger } from "../tag/train-tagger.ts";
import { rememberedTags } from "./span-lookup.ts";

export interface TagForReportOptions
  extends Pick<TrainTaggerOptions, "validation" | "vectors" | "words" | "onStep" | "onEpoch" | "signal"> {
  /** What the sentences are of. */
  readonly source: string;
  /** Sentences to test on. Default: a share of those that are given, drawn at random. */
  readonly test?: TaggedData | undefined;
  readonly testSource?: string | undefined;
  /** That share. Default: 0.2. */
  readonly testShare?: number | undefined;
}

/** A tagger with its test. */
export interface Tagging {
  readonly tagger: Tagger;
  readonly source: string;
  /** Undefined where the test sentences were drawn from the others. */
  readonly testSource: string | undefined;
  readonly training: readonly TaggedSentence[];
  readonly test: readonly TaggedSentence[];
  /** The tags that the tagger gave the test sentences. */
  readonly predicted: readonly (readonly string[])[];
  /** [T, K] for each test sentence. */
  readonly probabilities: readonly Float32Array[];
  readonly evaluation: TaggerEvaluation;
  /** What memory alone comes to. */
  readonly memory: { readonly accuracy: number; readonly entities: EntityReport | undefined };
  readonly epochs: readonly TaggerEpoch[];
  /** Seconds. */
  readonly timing: { readonly training: number; readonly test: number };
}

/** @throws RecurraError what `trainTagger` throws; `too-short` where no sentence can be held out to test on */
export async function tagForReport(
  data: TaggedData,
  config: TaggerConfig,
  options: TagForReportOptions,
): Promise<Tagging> {
  const { source, test: given, testSource, testShare = 0.2, onEpoch, ...others } = options;
  const parts =
    given === undefined
      ? parted(data.sentences, testShare, config.seed ?? 0)
      : { training: data.sentences, test: given.sentences };
  const epochs: TaggerEpoch[] = [];
  const started = now();
  const tagger = await trainTagger({ sentences: parts.training }, config, {
    ...others,
    onEpoch: async (epoch) => {
      epochs.push(epoch);
      await onEpoch?.(epoch);
    },
  });
  const trained = now();
  const evaluation = await tagger.evaluate(parts.test);
  const tested = now();
  const tokens = parts.test.map((sentence) => sentence.tokens);
  const remembered = rememberedTags(parts.training, parts.test, tagger.scheme);
  return {
    tagger,
    source,
    testSource: given === undefined ? undefined : (testSource ?? "the test sentences"),
    ...parts,
    predicted: await tagger.predict(tokens),
    probabilities: await tagger.probabilities(tokens),
    evaluation,
    memory: {
      accuracy: shareOfRight(parts.test, remembered),
      entities:
        tagger.scheme === "none"
          ? undefined
          : entityReport(
              parts.test.map(({ tags }) => tags),
              remembered,
            ),
    },
    epochs,
    timing: { training: (trained - started) / 1000, test: (tested - trained) / 1000 },
  };
}

function parted(sentences: readonly TaggedSentence[], share: number, seed: number) {
  // Those that have spans and those that have none are parted alike.
  const groups = Int32Array.from(sentences, ({ tags }) => (tags.some((tag) => tag !== "O") ? 1 : 0));
  const rows = heldOutRows(groups, 2, share, seed + 1);
  const take = (chosen: Int32Array) => Array.from(chosen, (row) => sentences[row] as TaggedSentence);
  const training = take(rows.training);
  const known = new Set(training.flatMap(({ tags }) => tags));
  const test: TaggedSentence[] = [];
  for (const sentence of take(rows.held)) {
    // What has a tag that no other sentence has is to learn from.
    const isKnown = sentence.tags.every((tag) => known.has(tag));
    (isKnown ? test : training).push(sentence);
    for (const tag of sentence.tags) known.add(tag);
  }
  if (test.length === 0 || training.length === 0)
    throw new RecurraError(
      "too-short",
      `of ${sentences.length} sentences none can be held out for a test: give more of each tag, or a test file.`,
    );
  return { training, test };
}

function shareOfRight(sentences: readonly TaggedSentence[], told: readonly (readonly string[])[]): number {
  let [right, tokens] = [0, 0];
  for (const [i, { tags }] of sentences.entries()) {
    right += tags.filter((tag, t) => tag === told[i]?.[t]).length;
    tokens += tags.length;
  }
  return right / tokens;
}
