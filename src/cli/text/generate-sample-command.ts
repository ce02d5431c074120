// `recurra generate sample`: a trained language model writes.

import { Command, InvalidArgumentError, Option } from "commander";
import { fewOf } from "../../data/row-names.ts";
import { RecurraError } from "../../platform/error.ts";
import type { GenerateOptions } from "../../text/language/generate.ts";
import type { LanguageModel } from "../../text/language/language-model.ts";
import type { CliContext } from "../context.ts";
import { numberAbove0, numberFrom, wholeNumber } from "../options.ts";
import { work } from "../work.ts";
import { modelFolder } from "./text-files.ts";

interface SampleArguments {
  readonly prompt?: string;
  readonly length: number;
  readonly count: number;
  readonly temperature?: number;
  readonly topK?: number;
  readonly topP?: number;
  readonly minP?: number;
  readonly repetitionPenalty?: number;
  readonly stop?: readonly string[];
  readonly seed: number;
  readonly json?: boolean;
}

const EXAMPLES = `
Examples:
  recurra generate sample generate-nietzsche --prompt "the truth is" --length 400
  recurra generate sample generate-nietzsche --temperature 0.5 --count 3 --seed 7

MODEL is the folder that \`recurra generate train\` wrote, or model/ in it. The
text comes out as it is written, the prompt first.
`;

export function sampleCommand(context: CliContext): Command {
  const add = (flags: string, text: string, least: number, most?: number) =>
    new Option(flags, text).argParser(numberFrom(least, most));
  const above0 = (flags: string, text: string, most?: number) =>
    new Option(flags, text).argParser(numberAbove0(most));
  return new Command("sample")
    .description("Let a trained model write.")
    .argument("<MODEL>", "the folder of a training")
    .addOption(new Option("--prompt <TEXT>", "what the text begins with (default: it begins itself)"))
    .addOption(new Option("--length <N>", "tokens to write at most").argParser(wholeNumber(1)).default(256))
    .addOption(new Option("--count <N>", "texts to write").argParser(wholeNumber(1)).default(1))
    .addOption(
      add("--temperature <T>", "below 1 safer, above 1 bolder, 0 always the likeliest (default: 1)", 0),
    )
    .addOption(new Option("--top-k <N>", "draw from the N likeliest tokens only").argParser(wholeNumber(1)))
    .addOption(above0("--top-p <P>", "draw from the likeliest tokens that together have this share", 1))
    .addOption(add("--min-p <P>", "draw from tokens at least this times as likely as the likeliest", 0, 1))
    .addOption(above0("--repetition-penalty <X>", "above 1: repeat less"))
    .addOption(
      new Option("--stop <TEXT>", "end before this; may be given several times").argParser(
        (text: string, before: readonly string[] = []) => {
          if (text === "") throw new InvalidArgumentError("It is empty.");
          return [...before, text];
        },
      ),
    )
    .addOption(new Option("--seed <N>", "the same seed writes the same").argParser(wholeNumber(0)).default(0))
    .option("--json", "print one JSON document, and nothing else, on standard output")
    .addHelpText("after", EXAMPLES)
    .action((model: string, options: SampleArguments) => runSample(model, options, context));
}

async function runSample(path: string, options: SampleArguments, context: CliContext): Promise<void> {
  const [{ loadLanguageModel }, { generate }] = await Promise.all([
    import("../../text/language/load-language-model.ts"),
    import("../../text/language/generate.ts"),
  ]);
  const folder = await modelFolder(path, "recurra generate train", ["n-gram.json", "config.json"]);
  const model: LanguageModel = await loadLanguageModel(folder);
  const { length, count: asked, seed, json = false, stop, ...sampling } = options;
  const given = options.prompt ?? "";
  const prompt = given === "" ? beginningFor(model) : given;
  checkPrompt(model, prompt);
  const isSame = options.temperature === 0 && asked > 1;
  const count = isSame ? 1 : asked;
  if (isSame) context.tell("At temperature 0 all texts would be the same: one is written.\n");
  const print = (text: string) => (json ? undefined : context.print(text));
  const texts: { seed: number; text: string }[] = [];
  const write = async (signal: AbortSignal) => {
    for (let i = 0; i < count; i++) {
      const all: GenerateOptions = { ...sampling, stop, prompt, maxTokens: length, seed: seed + i, signal };
      let text = given;
      let isBegun = false;
      const begin = () => {
        if (isBegun) return;
        isBegun = true;
        if (count > 1) print(`${i === 0 ? "" : "\n"}--- seed ${seed + i} ---\n`);
        print(text);
      };
      for await (const piece of generate(model, all)) {
        begin();
        print(piece);
        text += piece;
      }
      begin();
      print("\n");
      texts.push({ seed: seed + i, text });
    }
  };
  await work(context, 1, ({ signal }) => write(signal), "Stopped.");
  if (json) context.print(`${JSON.stringify({ prompt: given, texts }, null, 2)}\n`);
}

/** Fails for a prompt with characters that the model cannot read. */
function checkPrompt(model: LanguageModel, prompt: string): void {
  const characters = [...new Set(prompt)].filter((character) => character.trim() !== "");
  const strange = characters.filter((character) => !knows(model, character));
  if (strange.length === 0) return;
  const shown = fewOf(
    strange.map((character) => `"${character}"`),
    10,
  );
  const [noun, they, were, them] =
    strange.length === 1 ? ["character", "it", "was", "it"] : ["characters", "they", "were", "them"];
  throw new RecurraError(
    "unknown-character",
    `The model cannot read the ${noun} ${shown} of the prompt: ${they} ${were} not in what it was trained on. Leave ${them} out.`,
  );
}

/** What a text may begin after: the end of a line, of a sentence, of a word; else the first token there is. */
function beginningFor(model: LanguageModel): string {
  const found = ["\n", ".", " "].find((text) => knows(model, text));
  if (found !== undefined) return found;
  const { vocabulary } = model.tokenizer;
  for (let id = 0; id < vocabulary.size; id++) {
    if (id === vocabulary.padding || id === vocabulary.unknown) continue;
    const text = model.tokenizer.decode([id]);
    if (text.trim() !== "" && knows(model, text)) return text;
  }
  return "";
}

/** Whether a model has tokens for a text. */
function knows({ tokenizer }: LanguageModel, text: string): boolean {
  try {
    return tokenizer.encode(text).length > 0;
  } catch {
    return false;
  }
}
