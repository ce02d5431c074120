// Options of the commands that train on one file and test on another, or on a part of it.

import { type Command, Option } from "commander";
import { RecurraError } from "../platform/error.ts";
import { nonEmpty, numberAbove0, numberFrom, share, wholeNumber } from "./options.ts";

export interface TrainingArguments {
  readonly testShare?: number;
  readonly seed: number;
  readonly out?: string;
  readonly json?: boolean;
}

/** @param name what the folder's name begins with: `classify` for `classify-reviews` */
export function addTrainingOptions(command: Command, name: string): Command {
  return command
    .addOption(
      new Option("--test-share <SHARE>", "the part of TRAIN to test on (default: 0.2)").argParser(share),
    )
    .addOption(
      new Option("--seed <N>", "the same seed gives the same result").argParser(wholeNumber(0)).default(0),
    )
    .addOption(new Option("--out <FOLDER>", `where to write (default: ${name}-NAME)`).argParser(nonEmpty))
    .option("--json", "print one JSON document, and nothing else, on standard output");
}

/** @throws RecurraError `option` */
export function checkTestShare(test: string | undefined, { testShare }: TrainingArguments): void {
  if (test !== undefined && testShare !== undefined)
    throw new RecurraError("option", "--test-share is for one file; with TEST, all of TRAIN is trained on.");
}

/** Options of a network that is trained; what each is told as. */
export type NetworkHelp = Readonly<
  Record<"units" | "epochs" | "batchSize" | "learningRate" | "dropout", string>
>;

/** An option that is a count, among those of a network. */
export function networkCount(flags: string, text: string): Option {
  return new Option(flags, text).argParser(wholeNumber(1)).helpGroup(NETWORK);
}

const NETWORK = "Network:";

export function addNetworkOptions(command: Command, help: NetworkHelp): Command {
  return command
    .addOption(networkCount("--units <N>", help.units))
    .addOption(networkCount("--epochs <N>", help.epochs))
    .addOption(networkCount("--batch-size <N>", help.batchSize))
    .addOption(
      new Option("--learning-rate <RATE>", help.learningRate).argParser(numberAbove0()).helpGroup(NETWORK),
    )
    .addOption(
      new Option("--dropout <SHARE>", help.dropout).argParser(numberFrom(0, 0.95)).helpGroup(NETWORK),
    );
}
