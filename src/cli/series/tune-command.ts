// `recurra tune`: the options of a model searched by backtests of the past.

import { type Command, InvalidArgumentError, Option } from "commander";
import { RecurraError } from "../../platform/error.ts";
import type { ForecasterConfig } from "../../series/forecasters/forecaster.ts";
import type { SearchSpace } from "../../series/tune/space.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty, oneOf, wholeNumber } from "../options.ts";
import { writeOut } from "../out.ts";
import { modelConfigs, optionValue } from "./model-options.ts";
import { tableCommand, tableWork } from "./table-command.ts";
import { readTableOf, seriesOptionsOf, type TableArguments } from "./table-options.ts";
import { tellAll } from "./tell.ts";

interface TuneArguments extends TableArguments {
  readonly model: ForecasterConfig;
  readonly space: readonly string[];
  readonly horizon?: number;
  readonly season?: number;
  readonly trials: number;
  readonly folds: number;
  readonly method: "random" | "halving";
  readonly budget?: { readonly option: string; readonly from: number; readonly to: number };
  readonly seed: number;
  readonly threads?: number;
  readonly out?: string;
}

const EXAMPLES = `
Examples:
  recurra tune sales.csv --model lstm --space units=8..64 --space learningRate=0.0003..0.01:log
      20 configurations; lines like these say what is best, and what it gains
  recurra tune sales.csv --model "nhits(ensembleSize=2)" --space "lookback=12|24|36" --method halving --budget epochs=5..45

A range is from..to, with :log where orders of magnitude are alike; choices stand
with | between them. The last horizon of each series is held out: what the best
gains there is what it gains.
`;

export function tuneCommand(context: CliContext): Command {
  const command = tableCommand("tune", "Search the options of a model by backtests of the past.");
  const add = (option: Option) => command.addOption(option.helpGroup("Search:"));
  add(
    new Option("--model <NAME>", "the model, options that stay in brackets: lstm(layers=2)")
      .argParser(oneModel)
      .makeOptionMandatory(),
  );
  add(
    new Option("--space <OPTION=RANGE>", "an option that is searched; may be given several times")
      .argParser((text: string, before: readonly string[] = []) => [...before, nonEmpty(text)])
      .makeOptionMandatory(),
  );
  add(new Option("--horizon <N>", "steps ahead (default: one season)").argParser(wholeNumber(1)));
  add(
    new Option("--season <N>", "steps in a season, 1 for none (default: found out)").argParser(
      wholeNumber(1),
    ),
  );
  add(new Option("--trials <N>", "configurations that are tried").argParser(wholeNumber(1)).default(20));
  add(
    new Option("--folds <N>", "forecasts of the past that judge each").argParser(wholeNumber(1)).default(2),
  );
  add(
    new Option("--method <NAME>", "random, or halving: the best third goes on with three times the budget")
      .argParser(oneOf("random", "halving"))
      .default("random"),
  );
  add(
    new Option("--budget <OPTION=FROM..TO>", "what halving gives more of, such as epochs=5..45").argParser(
      budget,
    ),
  );
  add(new Option("--seed <N>", "the same seed draws the same").argParser(wholeNumber(0)).default(0));
  add(new Option("--threads <N>", "trials at the same time (default: all cores)").argParser(wholeNumber(1)));
  return command
    .addOption(new Option("--out <FILE>", "write all trials as JSON").argParser(nonEmpty))
    .addHelpText("after", EXAMPLES)
    .action((files: readonly string[], options: TuneArguments) => runTune(files, options, context));
}

async function runTune(files: readonly string[], options: TuneArguments, context: CliContext): Promise<void> {
  const [
    { tune },
    { seriesOf },
    { planForecast, withSeasons },
    { makeForecaster },
    { alignColumns },
    { displayNumber },
  ] = await Promise.all([
    import("../../series/tune.ts"),
    import("../../series/observed/from-table.ts"),
    import("../../series/plan.ts"),
    import("../../series/registry.ts"),
    import("./summary.ts"),
    import("../../report/numbers.ts"),
  ]);
  const { model, trials, folds, method, budget, seed } = options;
  const space = await spaceOf(options.space);
  // Options that the model does not have are refused before any work is done.
  const some = Object.entries(space).map(([name, one]) => [
    name,
    one.kind === "choice" ? (one.values[0] ?? null) : one.from,
  ]);
  makeForecaster({ ...model, ...Object.fromEntries(some) });
  const result = await tableWork(context, options, options.threads, async ({ signal, view, executor }) => {
    const table = await readTableOf(files, options, signal);
    const wanted = { horizon: options.horizon, season: options.season, folds: folds + 1 };
    const set = withSeasons(seriesOf(table, seriesOptionsOf(options)), wanted);
    const plan = planForecast(set, [makeForecaster(model)], [], {
      ...wanted,
      earlier: 0,
      onError: options.onError === "skip" ? "skip" : "throw",
    });
    tellAll([...table.notes, ...set.notes, ...plan.notes], context);
    return tune(
      plan.series.map(({ series }) => series),
      {
        forecaster: model,
        space,
        horizon: plan.horizon,
        trials,
        folds,
        method,
        budget,
        seed,
        executor,
        signal,
        onTrial: (trial, done, of) =>
          view.show({
            share: done / of,
            label: `trial ${done} of ${of}`,
            detail: `score ${displayNumber(trial.score)}`,
          }),
      },
    );
  });
  const names = Object.keys(space);
  const rows = result.trials
    .slice(0, 10)
    .map(({ config, score, seconds, error }) => [
      error === undefined ? displayNumber(score) : "failed",
      ...names.map((name) => shown(config[name])),
      `${seconds} s`,
    ]);
  const held = result.heldOut;
  const asItWas = modelText(result.best) === modelText(model);
  const [failed] = result.trials.filter(({ error }) => error !== undefined);
  context.print(
    [
      "",
      ...alignColumns([["MASE", ...names, "time"], ...rows]),
      "",
      ...(failed === undefined ? [] : [`The first that failed: ${failed.error}`, ""]),
      `Best: ${modelText(result.best)}${asItWas ? ", as it was: no options that were tried do better" : ""}`,
      ...(held === undefined
        ? []
        : [
            asItWas || held.best < held.before
              ? `On the values held out: MASE ${displayNumber(held.best)}, ${displayNumber(held.before)} with the options as they were.`
              : `On the values held out: MASE ${displayNumber(held.best)}, ${displayNumber(held.before)} with the options as they were. Nothing is gained.`,
          ]),
      "",
    ].join("\n"),
  );
  const { out } = options;
  if (out === undefined) return;
  const text = `${JSON.stringify(result, null, 2)}\n`;
  await writeOut(out, text, context);
}

function oneModel(text: string): ForecasterConfig {
  const [only, second] = modelConfigs(text);
  if (only !== undefined && second === undefined) return only;
  throw new InvalidArgumentError("Wanted one model.");
}

/** As `--models` takes it. */
function modelText({ name, ...options }: ForecasterConfig): string {
  const pairs = Object.entries(options).map(([option, value]) => `${option}=${shown(value)}`);
  return pairs.length === 0 ? name : `"${name}(${pairs.join(",")})"`;
}

function shown(value: unknown): string {
  if (typeof value === "number")
    return Number.isInteger(value) ? String(value) : String(Number(value.toPrecision(4)));
  return Array.isArray(value) ? value.join("|") : String(value ?? "–");
}

const RANGE = /^(-?[\d.]+(?:e-?\d+)?)\.\.(-?[\d.]+(?:e-?\d+)?)(:log)?$/i;

async function spaceOf(texts: readonly string[]): Promise<SearchSpace> {
  const { choice, integer, real } = await import("../../series/tune/space.ts");
  return Object.fromEntries(
    texts.map((text) => {
      const [, name, values] = /^(\w+)=(.+)$/.exec(text) ?? [];
      if (name === undefined || values === undefined)
        throw new RecurraError("option", `--space ${text}: wanted such as units=8..64 or "lookback=12|24".`);
      const [, from, to, log] = RANGE.exec(values) ?? [];
      if (from === undefined || to === undefined) {
        return [name, choice(...values.split("|").map(optionValue))];
      }
      const bounds = [Number(from), Number(to)] as const;
      const isWhole = bounds.every(Number.isInteger) && !/[.e]/i.test(from.replace("..", ""));
      return [name, (isWhole ? integer : real)(...bounds, { log: log !== undefined })];
    }),
  );
}

function budget(text: string): { option: string; from: number; to: number } {
  const [, option, from, to] = /^(\w+)=(\d+)\.\.(\d+)$/.exec(text) ?? [];
  if (option !== undefined && Number(from) >= 1 && Number(to) > Number(from))
    return { option, from: Number(from), to: Number(to) };
  throw new InvalidArgumentError("Wanted such as epochs=5..45.");
}
