// The options that say which models a command tries, how far ahead, and by how much of the past they are judged.

import { type Command, InvalidArgumentError, Option } from "commander";
import type { Forecaster, ForecasterConfig } from "../../series/forecasters/forecaster.ts";
import type { Json } from "../../series/forecasters/local-model.ts";
import type { CliContext } from "../context.ts";
import { anyNumber, percentages, wholeNumber } from "../options.ts";

export interface ModelArguments {
  readonly models?: readonly ForecasterConfig[];
  readonly horizon?: number;
  readonly season?: number;
  readonly lookback?: number;
  readonly epochs?: number;
  readonly levels: readonly number[];
  readonly lowerBound?: number;
  readonly upperBound?: number;
  readonly folds: number;
  readonly step?: number;
  readonly window?: number;
  readonly refit: boolean;
  readonly seed: number;
  readonly threads?: number;
}

const MODELS = "Models:";
const BACKTEST = "Backtest:";

/** Adds the options that {@link ModelArguments} lists. */
export function addModelOptions(command: Command): Command {
  const add = (group: string, option: Option) => command.addOption(option.helpGroup(group));
  const count = (group: string, flags: string, description: string) =>
    add(group, new Option(flags, description).argParser(wholeNumber(1)));
  add(
    MODELS,
    new Option(
      "--models <NAMES>",
      "models to try, with commas; options in brackets: lstm(units=32),theta (default: by the size of the data)",
    ).argParser(modelConfigs),
  );
  count(MODELS, "--horizon <N>", "steps ahead (default: one season)");
  count(MODELS, "--season <N>", "steps in a season, 1 for none (default: found out)");
  count(MODELS, "--lookback <N>", "steps back that networks see (default: by season and horizon)");
  count(MODELS, "--epochs <N>", "passes of networks over the data (default: by its size)");
  add(
    MODELS,
    new Option("--levels <PERCENT>", "intervals, with commas")
      .argParser(percentages)
      .default([80, 95], "80,95"),
  );
  for (const [end, example] of [
    ["lower", ", such as 0 for sales"],
    ["upper", ""],
  ] as const) {
    const described = `the ${end === "lower" ? "least" : "greatest"} value there can be${example} (default: none)`;
    add(MODELS, new Option(`--${end}-bound <NUMBER>`, described).argParser(anyNumber));
  }
  add(
    MODELS,
    new Option("--seed <N>", "the same seed gives the same forecast").argParser(wholeNumber(0)).default(0),
  );
  count(MODELS, "--threads <N>", "threads for many series (default: all cores)");
  add(
    BACKTEST,
    new Option("--folds <N>", "forecasts of the past by which models are judged")
      .argParser(wholeNumber(1))
      .default(3),
  );
  count(BACKTEST, "--step <N>", "steps from one such forecast to the next (default: the horizon)");
  count(BACKTEST, "--window <N>", "values before it that they may know (default: all)");
  add(BACKTEST, new Option("--no-refit", "fit each model once, before the first of them"));
  return command;
}

/** The options of `forecast` and `backtest` that stand in {@link ModelArguments}. */
export function evaluationOptionsOf(options: ModelArguments, context: CliContext) {
  const { models, horizon, season, lookback, epochs, levels, folds, step, window, refit, seed } = options;
  const bounds = { lower: options.lowerBound, upper: options.upperBound };
  const make = context.makeForecaster;
  const chosen: readonly (Forecaster | ForecasterConfig)[] | undefined =
    make === undefined ? models : models?.map((config) => make({ lookback, epochs, ...config }));
  return {
    models: chosen,
    horizon,
    season,
    lookback,
    epochs,
    levels,
    bounds,
    seed,
    backtest: { folds, step, window, refit },
  };
}

/**
 * `ets,lstm(units=32,layers=2)` as the configs of forecasters. Values are numbers, true, false, texts, or lists of them with |.
 */
export function modelConfigs(text: string): readonly ForecasterConfig[] {
  const parts = text.match(/[^,()]+(?:\([^()]*\))?/g) ?? [];
  if (parts.join(",") !== text.trim() || parts.length === 0)
    throw new InvalidArgumentError("Wanted names with commas, such as ets,theta or lstm(units=32,layers=2).");
  return parts.map((part) => {
    const [, name = "", options] = /^\s*([\w-]+)\s*(?:\((.*)\))?\s*$/.exec(part) ?? [];
    if (name === "") throw new InvalidArgumentError(`"${part}" is no name of a model.`);
    return { name, ...optionsIn(options ?? "") };
  });
}

function optionsIn(text: string): Record<string, Json> {
  const pairs = text
    .split(",")
    .map((pair) => pair.trim())
    .filter((pair) => pair !== "");
  return Object.fromEntries(
    pairs.map((pair) => {
      const [, name, value] = /^(\w+)\s*=\s*(.+)$/.exec(pair) ?? [];
      if (name === undefined || value === undefined)
        throw new InvalidArgumentError(`"${pair}" is no option. Wanted such as units=32.`);
      return [name, value.includes("|") ? value.split("|").map(optionValue) : optionValue(value)];
    }),
  );
}

/** A number, true or false, or else a text. */
export function optionValue(text: string): string | number | boolean {
  const trimmed = text.trim();
  if (trimmed === "true" || trimmed === "false") return trimmed === "true";
  const number = Number(trimmed);
  return trimmed !== "" && Number.isFinite(number) ? number : trimmed;
}
