// `recurra tag train`: a tagger of tokens, such as named entities or parts of speech, trained, tested and reported.

import { Command, Option } from "commander";
import { joinPath } from "#platform";
import type { Tagging } from "../../text/report/train-tagging.ts";
import type { TaggerConfig } from "../../text/tag/settings.ts";
import type { TaggerEpoch } from "../../text/tag/train-tagger.ts";
import type { WordVectors } from "../../text/vectors/word-vectors.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty } from "../options.ts";
import { checkOut } from "../out.ts";
import {
  addNetworkOptions,
  addTrainingOptions,
  checkTestShare,
  type TrainingArguments,
} from "../training-options.ts";
import { nameOf, work } from "../work.ts";
import { openWordVectors } from "./open-word-vectors.ts";
import {
  addTaggedOptions,
  checkKnownTags,
  checkTwoTags,
  readTagged,
  type TaggedArguments,
  tellTaggedNotes,
} from "./tag-files.ts";
import { evaluateTagsCommand, predictTagsCommand } from "./use-tagger.ts";

const MODELS = ["bilstm", "lstm", "gru", "conv", "transformer"] as const;

interface TrainArguments extends TaggedArguments, TrainingArguments {
  readonly model: (typeof MODELS)[number];
  readonly validation?: string;
  readonly vectors?: string;
  readonly crf: boolean;
  readonly units?: number;
  readonly epochs?: number;
  readonly batchSize?: number;
  readonly learningRate?: number;
  readonly dropout?: number;
}

/** Of a file of vectors, so many words get a vector: as a rule the most frequent ones come first. */
const MOST_VECTORS = 100_000;

const EXAMPLES = `
Examples:
  recurra tag train train.conll
      a bidirectional LSTM, tested on a fifth of the sentences, into tag-train/
  recurra tag train train.conll test.conll --validation dev.conll --vectors glove.6B.100d.txt
      the best epoch chosen by a file of its own, words with vectors that know more
  recurra tag train en_ewt-ud-train.conllu --model conv
      parts of speech of a treebank
  recurra tag predict tag-train texts.txt

A CoNLL file has a token a line, its tag in a column of the line, and an empty
line between sentences. Tags mark entities as BIO, BIOES or IOB1 (B-person,
I-person, O), or are those of single tokens, such as parts of speech.

Models: bilstm (reads from both ends), lstm, gru, conv (convolutions: fast),
transformer. All look at words and at the letters they are made of, and end in
a conditional random field, which learns which tag follows which (--no-crf).

A tenth of the training sentences is held out, by which the best epoch is
chosen. The folder gets report.html (open it in a browser), predictions.conll,
metrics.json and model/. It appears whole, or not at all.
`;

/** The command with its subcommands, ready to be added to the program. */
export function tagCommand(context: CliContext): Command {
  return new Command("tag")
    .description("Tag words, such as named entities or parts of speech: train, test, and use a tagger.")
    .helpCommand(false)
    .addCommand(trainCommand(context))
    .addCommand(predictTagsCommand(context))
    .addCommand(evaluateTagsCommand(context));
}

function trainCommand(context: CliContext): Command {
  const command = new Command("train")
    .description("Train and test a tagger of tokens, and write a report.")
    .argument("<TRAIN>", "sentences of tagged tokens: a CoNLL file, a pattern, or a folder; also .gz")
    .argument("[TEST]", "sentences to test on (default: a part of TRAIN)")
    .addOption(new Option("--model <NAME>", "what reads the sentences").choices(MODELS).default("bilstm"))
    .addOption(
      new Option(
        "--validation <FILE>",
        "sentences to choose the best epoch by (default: a tenth of TRAIN)",
      ).argParser(nonEmpty),
    )
    .addOption(
      new Option(
        "--vectors <FILE>",
        "vectors of words to begin with: word2vec, GloVe, fastText, or a folder of recurra embed train",
      ).argParser(nonEmpty),
    )
    .option("--no-crf", "tell each tag by itself, not those of a sentence together (a CRF)");
  addTaggedOptions(command);
  addTrainingOptions(command, "tag");
  return addNetworkOptions(command, {
    units: "units of a layer; filters of conv (default: by the network)",
    epochs: "passes over the sentences at most (default: 30)",
    batchSize: "sentences in a step (default: 16)",
    learningRate: "default: 0.005; 0.002 for conv and transformer",
    dropout: "dropped in training (default: 0.35)",
  })
    .addHelpText("after", EXAMPLES)
    .action((train: string, test: string | undefined, options: TrainArguments) =>
      runTrain(train, test, options, context),
    );
}

async function runTrain(
  train: string,
  test: string | undefined,
  options: TrainArguments,
  context: CliContext,
): Promise<void> {
  checkTestShare(test, options);
  const [{ tagForReport }, files] = await Promise.all([
    import("../../text/report/train-tagging.ts"),
    import("../../text/report/tagging-files.ts"),
  ]);
  const out = options.out ?? `tag-${nameOf(train).replace(/(?<=.)\.(?:conllu?|bio|iob2?)$/i, "")}`;
  const tagging = await work(context, 1, async ({ signal, view, write }) => {
    await checkOut(out, files.isTaggingFile, { command: "recurra tag train", context });
    const data = await readTagged(train, options, { signal });
    tellTaggedNotes(data, context);
    checkTwoTags(data);
    const readBeside = async (path: string | undefined) => {
      if (path === undefined) return undefined;
      const read = await readTagged(path, options, { signal, known: options.scheme ?? data.scheme });
      tellTaggedNotes(read, context);
      checkKnownTags(read, data.tags);
      return read;
    };
    const tested = await readBeside(test);
    const validation = await readBeside(options.validation);
    const vectors = options.vectors === undefined ? undefined : await openWordVectors(options.vectors);
    let detail: string | undefined;
    const made = await tagForReport(data, configOf(options, data.scheme, vectors), {
      source: data.source,
      test: tested,
      testSource: tested?.source,
      testShare: options.testShare,
      validation,
      ...(vectors && {
        vectors: (vocabulary) => vectors.matrixFor(vocabulary),
        words: vectors.words.slice(0, MOST_VECTORS),
      }),
      signal,
      onStep: (done, of) => view.show({ share: done / of, label: `training ${options.model}`, detail }),
      onEpoch: (epoch) => {
        detail = detailOf(epoch);
        view.notice(`epoch ${epoch.epoch} of ${epoch.epochs}: ${detail}`);
      },
    });
    await write(out, files.isTaggingFile, (folder) => files.writeTagging(made, folder));
    return made;
  });
  context.print(
    options.json === true
      ? `${JSON.stringify(files.taggingDocument(tagging), null, 2)}\n`
      : await summaryOf(tagging, out),
  );
}

function detailOf({ loss, accuracy, validationAccuracy, validationF1 }: TaggerEpoch): string {
  const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
  const held =
    validationAccuracy === undefined
      ? ""
      : `; held out: ${validationF1 === undefined ? "" : `F₁ ${percent(validationF1)}, `}accuracy ${percent(validationAccuracy)}`;
  return `loss ${loss.toFixed(3)}, accuracy ${percent(accuracy)}${held}`;
}

/** What `trainTagger` is to train. @param scheme as the file was read: IOB1 has become BIO */
function configOf(
  { model, crf, units, epochs, batchSize, learningRate, dropout, seed }: TrainArguments,
  scheme: TaggerConfig["scheme"] | "IOB1",
  vectors: WordVectors | undefined,
): TaggerConfig {
  const size = units === undefined ? {} : model === "conv" ? { filters: units } : { units };
  return {
    name: model,
    ...size,
    ...(vectors && { embedding: vectors.width }),
    output: crf ? "crf" : "softmax",
    scheme,
    epochs,
    batchSize,
    learningRate,
    dropout,
    seed,
  } as TaggerConfig;
}

async function summaryOf(tagging: Tagging, out: string): Promise<string> {
  const [{ percent }, { formatEntityReport }, { adviceLine, moreEpochs }] = await Promise.all([
    import("../../report/numbers.ts"),
    import("../../text/metrics/entity-f1.ts"),
    import("../../text/report/epoch-advice.ts"),
  ]);
  const { evaluation, memory, test, tagger, timing } = tagging;
  const { entities, accuracy, tokens } = evaluation;
  const count = `${test.length.toLocaleString("en-US")} test sentence${test.length === 1 ? "" : "s"}`;
  const figures =
    entities === undefined || memory.entities === undefined
      ? [
          `Right tags of ${tokens.toLocaleString("en-US")} tokens in ${count}: ${percent(accuracy)}`,
          `By the most frequent tag of each word: ${percent(memory.accuracy)}${accuracy > memory.accuracy ? "" : "; the tagger is no better"}`,
        ]
      : [
          formatEntityReport(entities).trimEnd(),
          "",
          `Tokens with the right tag: ${percent(accuracy)} of ${tokens.toLocaleString("en-US")}`,
          `Entities of ${count}: F₁ ${percent(entities.micro.f1Score)}`,
          `By heart, marking what was an entity in training: ${percent(memory.entities.micro.f1Score)}${entities.micro.f1Score > memory.entities.micro.f1Score ? "" : "; the tagger is no better"}`,
        ];
  const advice = moreEpochs(tagger.training, tagger.settings.epochs);
  return `${[
    "",
    ...figures,
    `${Math.ceil(timing.training)} s of training`,
    ...(advice === undefined ? [] : [adviceLine(advice)]),
    "",
    `Report: ${joinPath(out, "report.html")}`,
    "Also there: metrics.json, predictions.conll, model/",
    `Use it: recurra tag predict ${out} FILE`,
    `        recurra tag evaluate ${out} OTHER.conll`,
  ].join("\n")}\n`;
}
