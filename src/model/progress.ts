// What a person sees while a model trains: a bar that moves on a terminal, plain lines elsewhere, nothing on request.

import { now, terminal } from "#platform";
import type { Logs } from "./history.ts";

/** "auto": a bar on a terminal, lines otherwise. */
export type Verbosity = "auto" | "bar" | "lines" | "silent";

export const verbosities: readonly Verbosity[] = ["auto", "bar", "lines", "silent"];

const barWidth = 20;
/** Milliseconds between two drawings of the bar. */
const refresh = 100;

export function formatLogs(logs: Logs): string {
  return Object.entries(logs)
    .map(
      ([name, value]) =>
        `${name}: ${value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(3) : value.toFixed(4)}`,
    )
    .join(" - ");
}

function formatDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}s`;
  if (seconds < 60) return `${Math.round(seconds)}s`;
  const minutes = Math.floor(seconds / 60);
  const pair = (value: number) => String(value).padStart(2, "0");
  return minutes < 60
    ? `${minutes}:${pair(Math.floor(seconds % 60))}`
    : `${Math.floor(minutes / 60)}:${pair(minutes % 60)}:${pair(Math.floor(seconds % 60))}`;
}

function formatRate(steps: number, milliseconds: number): string {
  const rate = (1000 * steps) / Math.max(milliseconds, 1e-6);
  return rate < 1 ? `${formatDuration(1 / rate)}/step` : `${rate.toFixed(rate < 10 ? 1 : 0)} steps/s`;
}

/** Reports the progress of a training. */
export class Progress {
  readonly #style: "bar" | "lines" | "silent";
  readonly #epochs: number;
  /** Steps in an epoch, where it is known. */
  readonly #steps: number | undefined;
  readonly #began = now();
  readonly #firstEpoch: number;
  #epochBegan = 0;
  #drawn = 0;
  /** True while a bar stands on the line. */
  #isBarShown = false;

  constructor(verbose: Verbosity, epochs: number, steps: number | undefined, firstEpoch: number) {
    this.#style = verbose === "auto" ? (terminal.isInteractive ? "bar" : "lines") : verbose;
    this.#epochs = epochs;
    this.#steps = steps;
    this.#firstEpoch = firstEpoch;
  }

  beginEpoch(): void {
    this.#epochBegan = now();
  }

  /** After a step of an epoch; steps count from 1. */
  step(epoch: number, step: number, loss: () => number): void {
    if (this.#style !== "bar") return;
    const time = now();
    if (time - this.#drawn < refresh && step !== this.#steps) return;
    this.#drawn = time;
    this.#isBarShown = true;
    const head = `Epoch ${epoch + 1}/${this.#epochs}`;
    const tail = `${formatLogs({ loss: loss() })} - ${formatRate(step, time - this.#epochBegan)}`;
    const text =
      this.#steps === undefined
        ? `${head} step ${step} - ${tail}`
        : `${head} ${this.#bar(epoch, step, this.#steps, time, tail)}`;
    terminal.write(`\r\u001b[2K${text.slice(0, Math.max(terminal.columns - 1, 20))}`);
  }

  #bar(epoch: number, step: number, steps: number, time: number, tail: string): string {
    const filled = Math.min(Math.round((barWidth * step) / steps), barWidth);
    const done = (epoch - this.#firstEpoch) * steps + step;
    const left = ((this.#epochs - this.#firstEpoch) * steps - done) * ((time - this.#began) / 1000 / done);
    return `${"█".repeat(filled)}${"░".repeat(barWidth - filled)} ${step}/${steps} - ${tail} - ETA ${formatDuration(Math.max(left, 0))}`;
  }

  /** After an epoch, of which so many steps were taken. */
  endEpoch(epoch: number, steps: number, logs: Logs): void {
    const spent = now() - this.#epochBegan;
    this.say(
      `Epoch ${epoch + 1}/${this.#epochs} - ${formatDuration(spent / 1000)} - ${formatRate(steps, spent)} - ${formatLogs(logs)}`,
    );
  }

  /** A line of its own. */
  say(text: string): void {
    if (this.#style === "silent") return;
    terminal.write(`${this.#isBarShown ? "\r\u001b[2K" : ""}${text}\n`);
    this.#isBarShown = false;
  }

  /** Leaves the line of a bar that an error has cut short, so that what follows stands on its own. */
  end(): void {
    if (this.#isBarShown) terminal.write("\n");
    this.#isBarShown = false;
  }
}
