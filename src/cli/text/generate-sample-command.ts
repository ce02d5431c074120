// `recurra generate sample`: a trained language model writes.

import { Command, InvalidArgumentError, Option } from "commander";
import type { GenerateOptions } from "../../text/language/generate.ts";
import type { LanguageModel } from "../../text/language/language-model.ts";
import type { CliContext } from "../context.ts";
import { numberAbove0, numberFrom, wholeNumber } from "../options.ts";
import { work } from "../work.ts";
import { checkReadable, knows } from "./readable-text.ts";
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
  checkReadable(model, given, "the prompt", context);
  const isSame = options.temperature === 0 && asked > 1;
  const count = isSame ? 1 : asked;
  if (isSame) context.tell("At temperature 0 all texts would be the same: one is written.\n");
  const print = (text: string) => (json ? undefined : context.print(text));
  const texts: { seed: number; text: string }[] = [];
  const write = async (signal: AbortSignal) => {
    for (let i = 0; i < count; i++) {
      const shared: GenerateOptions = { ...sampling, seed: seed + i, signal };
      const prompt = given === "" ? await beginningFor(model, shared) : given;
      const all: GenerateOptions = { ...shared, stop, prompt, maxTokens: length };
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

/** Tokens that a network writes before what is shown. */
const RUN_UP = 200;

/**
 * What a text that has no prompt begins after. A network that has read next to nothing is in a state that it was hardly ever in in
 * training, and begins with nonsense: so it writes a while, and the text begins after the last line, sentence or word of that.
 */
async function beginningFor(model: LanguageModel, options: GenerateOptions): Promise<string> {
  const start = startFor(model);
  if (!("config" in model)) return start; // counts know what stands at the beginning
  const { generateText } = await import("../../text/language/generate.ts");
  const text = start + (await generateText(model, { ...options, prompt: start, maxTokens: RUN_UP }));
  for (const end of ["\n", ". ", " "]) {
    const at = text.lastIndexOf(end);
    if (at > 0) return text.slice(0, at + end.length);
  }
  return text;
}

/** What a text may begin after: the end of a line, of a sentence, of a word; else the first token there is. */
function startFor(model: LanguageModel): string {
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
