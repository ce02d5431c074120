// `recurra embed nearest`, `analogy` and `evaluate`: what vectors of words answer.

import { Command, Option } from "commander";
import { RecurraError } from "../../platform/error.ts";
import type { Neighbour, WordVectors } from "../../text/vectors/word-vectors.ts";
import type { CliContext } from "../context.ts";
import { wholeNumber } from "../options.ts";
import { openWordVectors, VECTORS_HELP } from "./open-word-vectors.ts";

interface AskArguments {
  readonly count: number;
  readonly json?: boolean;
}

function addAskOptions(command: Command): Command {
  return command
    .addOption(new Option("--count <N>", "answers").argParser(wholeNumber(1)).default(10))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", VECTORS_HELP);
}

export function nearestCommand(context: CliContext): Command {
  return addAskOptions(
    new Command("nearest")
      .description("The words whose vectors are most like a word's.")
      .argument("<VECTORS>", "a folder or a file of vectors")
      .argument("<WORDS...>", "one word or several, each by itself"),
  ).action(async (path: string, words: readonly string[], options: AskArguments) => {
    const vectors = await openWordVectors(path);
    tell(nearestOf(vectors, words, options.count, context), words.length === 1, options, context);
  });
}

/** Of several words, one without a vector is told of, and the others are answered. */
function nearestOf(
  vectors: WordVectors,
  words: readonly string[],
  count: number,
  context: CliContext,
): readonly Answered[] {
  const questions = words.map((word) => known(vectors, word));
  const some = questions.filter((question) => vectors.get(question) !== undefined);
  for (const question of some.length === 0 ? [] : questions)
    if (!some.includes(question))
      context.tell(`There is no vector for "${question}" among the ${vectors.size} words.\n`);
  // Where no word has a vector, the first fails.
  const asked = some.length === 0 ? questions : some;
  return asked.map((question) => ({ question, answers: vectors.nearest(question, count) }));
}

/** The word as the vectors have it: lower-cased, where they have no other. */
function known(vectors: WordVectors, word: string): string {
  const lower = word.toLowerCase();
  return !vectors.has(word) && vectors.has(lower) ? lower : word;
}

export function analogyCommand(context: CliContext): Command {
  return addAskOptions(
    new Command("analogy")
      .description("What is to C as B is to A: analogy man king woman.")
      .argument("<VECTORS>", "a folder or a file of vectors")
      .argument("<A>", "as in man")
      .argument("<B>", "is to king")
      .argument("<C>", "so is woman to …"),
  ).action(async (path: string, a: string, b: string, c: string, options: AskArguments) => {
    const vectors = await openWordVectors(path);
    const [x, y, z] = [a, b, c].map((word) => known(vectors, word));
    const answers = vectors.analogy(x ?? a, y ?? b, z ?? c, { count: options.count });
    tell([{ question: `${a} : ${b} = ${c} : …`, answers }], true, options, context);
  });
}

export function evaluateCommand(context: CliContext): Command {
  return new Command("evaluate")
    .description("Hold vectors against analogies (questions-words.txt) or similarities (WordSim353).")
    .argument("<VECTORS>", "a folder or a file of vectors")
    .argument("<FILE>", "lines of four words, groups after a colon; or word, word, score")
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", VECTORS_HELP)
    .action((path: string, file: string, options: Pick<AskArguments, "json">) =>
      runEvaluate(path, file, options.json === true, context),
    );
}

async function runEvaluate(path: string, file: string, isJson: boolean, context: CliContext): Promise<void> {
  const [{ evaluateAnalogies, evaluateSimilarity }, { readTextFile }] = await Promise.all([
    import("../../text/vectors/evaluation.ts"),
    import("#platform"),
  ]);
  const vectors = await openWordVectors(path);
  const text = await readTextFile(file);
  const document = (result: object) => context.print(`${JSON.stringify(result, null, 2)}\n`);
  if (!/^\s*:/.test(text)) {
    const similarity = await inFile(file, () => evaluateSimilarity(vectors, text));
    if (isJson) return document(similarity);
    const { spearman, found, pairs } = similarity;
    context.print(`Spearman's correlation ${spearman.toFixed(3)} over ${found} of ${pairs} pairs of words\n`);
    return;
  }
  const analogies = await inFile(file, () => evaluateAnalogies(vectors, text));
  if (isJson) return document(analogies);
  const line = (name: string, right: number, of: number) =>
    `${name.padEnd(28)} ${String(right).padStart(6)} of ${String(of).padStart(6)}  ${of === 0 ? "–" : `${((100 * right) / of).toFixed(1)} %`}\n`;
  for (const { group, correct, asked } of analogies.groups) context.print(line(group, correct, asked));
  context.print(line("all", analogies.total.correct, analogies.total.asked));
}

/** What fails at a line of a text is told of the file. */
async function inFile<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof RecurraError)) throw error;
    throw new RecurraError(error.code, `${file}: ${error.message.replace(/^\w+: /, "")}`, { cause: error });
  }
}

interface Answered {
  readonly question: string;
  readonly answers: readonly Neighbour[];
}

/** One document, or the answers one below the other; a list where several questions were asked. */
function tell(found: readonly Answered[], isOne: boolean, options: AskArguments, context: CliContext): void {
  if (options.json === true) {
    context.print(`${JSON.stringify(isOne ? found[0] : found, null, 2)}\n`);
    return;
  }
  for (const { question, answers } of found) {
    const widest = Math.max(...answers.map(({ word }) => word.length));
    if (!isOne) context.print(`${question}\n`);
    for (const { word, similarity } of answers)
      context.print(`${isOne ? "" : "  "}${word.padEnd(widest)}  ${similarity.toFixed(3)}\n`);
  }
}
