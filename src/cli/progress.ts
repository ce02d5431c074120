// How far a command is: a bar with time left on a terminal, plain lines elsewhere.

import type { SingleBar } from "cli-progress";
import { now, terminal } from "#platform";
import { durationOf } from "./durations.ts";

/** How far some work is. */
export interface WorkProgress {
  /** From 0 to 1; undefined where the end is not known. */
  readonly share: number | undefined;
  /** What is being done, such as `ETS, fold 2 of 3`. */
  readonly label: string;
  /** Figures of it, such as `loss 0.12`. */
  readonly detail?: string | undefined;
  /** How long it will still take. Default: in proportion to what it took so far. */
  readonly secondsLeft?: number | undefined;
}

/** Plain lines come at least this many milliseconds apart. */
const LINES_APART = 5000;

/** Drawing a bar over and over slows down what it shows. */
const DRAWS_APART = 80;

/** In the first moments the time left cannot be told. */
const SETTLED = 500;

const FULL = 1000;

/** Shows the progress of one piece of work. */
export class ProgressView {
  readonly #tell: (text: string) => void;
  readonly #interactive: boolean;
  readonly #started = now();
  #bar: SingleBar | undefined;
  #barLoading: Promise<void> | undefined;
  #shown = now();
  #last: WorkProgress | undefined;
  #ended = false;

  constructor(tell: (text: string) => void, interactive = terminal.isInteractive) {
    this.#tell = tell;
    this.#interactive = interactive;
  }

  show(progress: WorkProgress): void {
    this.#last = progress;
    if (this.#interactive) this.#draw(progress);
    else this.#line(progress);
  }

  /** Says something in a line of its own. */
  notice(text: string): void {
    this.#bar?.stop();
    this.#tell(`${text}\n`);
    if (this.#last !== undefined) this.#bar?.start(FULL, ...this.#stateOf(this.#last));
  }

  /** Leaves the terminal as it was. May be called more than once. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#barLoading;
    this.#bar?.stop();
    this.#bar = undefined;
  }

  #line(progress: WorkProgress): void {
    if (now() - this.#shown < LINES_APART) return;
    this.#shown = now();
    const { share, label, detail } = progress;
    const percent = share === undefined ? "" : `${Math.floor(100 * share)} %: `;
    const spent = `after ${durationOf(this.#spent / 1000)}`;
    const parts = [label, detail, spent, `${this.#left(progress)} left`];
    this.#tell(`${percent}${parts.filter((part) => part !== undefined).join(", ")}\n`);
  }

  #draw(progress: WorkProgress): void {
    this.#barLoading ??= this.#loadBar();
    const isWhole = progress.share === 1;
    if (this.#bar === undefined || (!isWhole && now() - this.#shown < DRAWS_APART)) return;
    this.#shown = now();
    this.#bar.update(...this.#stateOf(progress));
  }

  async #loadBar(): Promise<void> {
    const { SingleBar } = await import("cli-progress");
    if (this.#ended || this.#last === undefined) return;
    this.#bar = new SingleBar({
      format: "{bar} {percentage} % │ {words} │ {left} left",
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
    this.#bar.start(FULL, ...this.#stateOf(this.#last));
  }

  #stateOf(progress: WorkProgress): [value: number, payload: Record<string, string>] {
    const { share = 0, label, detail } = progress;
    const words = detail === undefined ? label : `${label} │ ${detail}`;
    return [share * FULL, { words, left: this.#left(progress) }];
  }

  /** Milliseconds since the beginning. */
  get #spent(): number {
    return now() - this.#started;
  }

  #left({ share = 0, secondsLeft }: WorkProgress): string {
    if (secondsLeft !== undefined) return durationOf(secondsLeft);
    if (this.#spent < SETTLED || share <= 0) return "…";
    return durationOf((this.#spent * (1 - share)) / share / 1000);
  }
}
