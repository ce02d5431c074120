// How far a download is: a bar with rate and time left on a terminal, a line now and then elsewhere.

import type { SingleBar } from "cli-progress";
import { now, terminal } from "#platform";
import { displayBytes } from "../data/catalogue/download/display-bytes.ts";
import type { FetchProgress } from "../data/catalogue/fetch-set.ts";
import { durationOf } from "./durations.ts";

/** Plain lines come at least this many milliseconds apart. */
const LINES_APART = 5000;

/** Drawing a bar over and over slows down what it shows. */
const DRAWS_APART = 80;

/** Shows the progress of one data set. */
export class DataProgressView {
  readonly #tell: (text: string) => void;
  readonly #interactive: boolean;
  readonly #name: string;
  #bar: SingleBar | undefined;
  #barLoading: Promise<void> | undefined;
  #shown = now();
  #last: FetchProgress | undefined;
  #ended = false;

  constructor(name: string, tell: (text: string) => void, interactive = terminal.isInteractive) {
    this.#name = name;
    this.#tell = tell;
    this.#interactive = interactive;
  }

  show(progress: FetchProgress): void {
    this.#last = progress;
    if (this.#interactive) this.#draw(progress);
    else this.#line(progress);
  }

  /** Says something in a line of its own. */
  notice(text: string): void {
    this.#bar?.stop();
    this.#tell(`${this.#name}: ${text}\n`);
    if (this.#last !== undefined) this.#bar?.start(...this.#startOf(this.#last));
  }

  /** Leaves the terminal as it was. May be called more than once. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#barLoading;
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #line(progress: FetchProgress): void {
    if (now() - this.#shown < LINES_APART) return;
    this.#shown = now();
    const { size, rate, left } = payloadOf(progress);
    this.#tell(`${this.#name}: ${labelOf(progress)}, ${size}, ${rate}, ${left} left\n`);
  }

  #draw(progress: FetchProgress): void {
    this.#barLoading ??= this.#loadBar();
    const isWhole = progress.received === progress.total;
    if (this.#bar === undefined || (!isWhole && now() - this.#shown < DRAWS_APART)) return;
    this.#shown = now();
    this.#bar.setTotal(progress.total ?? Math.max(1, progress.received));
    this.#bar.update(progress.received, payloadOf(progress));
  }

  async #loadBar(): Promise<void> {
    const { SingleBar } = await import("cli-progress");
    if (this.#ended || this.#last === undefined) return;
    this.#bar = new SingleBar({
      format: "{bar} {percentage} % │ {label} │ {size} │ {rate} │ {left} left",
      barsize: 24,
      barCompleteChar: "█",
      barIncompleteChar: "░",
      hideCursor: true,
      clearOnComplete: true,
      stopOnComplete: false,
      autopadding: true,
      linewrap: false,
      gracefulExit: false,
    });
    this.#bar.start(...this.#startOf(this.#last));
  }

  #startOf(progress: FetchProgress): [total: number, start: number, payload: Record<string, string>] {
    return [progress.total ?? Math.max(1, progress.received), progress.received, payloadOf(progress)];
  }
}

function payloadOf(progress: FetchProgress): Record<"label" | "size" | "rate" | "left", string> {
  const { received, total, bytesPerSecond, secondsLeft } = progress;
  return {
    label: labelOf(progress),
    size:
      total === undefined ? displayBytes(received) : `${displayBytes(received)} of ${displayBytes(total)}`,
    rate: bytesPerSecond === undefined ? "…" : `${displayBytes(Math.round(bytesPerSecond))}/s`,
    left: secondsLeft === undefined ? "…" : durationOf(secondsLeft),
  };
}

function labelOf({ file, number, of }: FetchProgress): string {
  return of === 1 ? file : `${file} (${number} of ${of})`;
}
