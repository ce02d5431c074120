// How far a command is: a bar with time left on a terminal, plain lines elsewhere.

import type { SingleBar } from "cli-progress";
import { now, terminal } from "#platform";
import { durationOf } from "./durations.ts";

/** How far some work is. */
export interface WorkProgress {
  /** From 0 to 1. */
  readonly share: number;
  /** What is being done, such as `ETS, fold 2 of 3`. */
  readonly label: string;
  /** Figures of it, such as `loss 0.12`. */
  readonly detail?: string | undefined;
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
  #ended = false;

  constructor(tell: (text: string) => void, interactive = terminal.isInteractive) {
    this.#tell = tell;
    this.#interactive = interactive;
  }

  show(progress: WorkProgress): void {
    const soon = now() - this.#shown < (this.#interactive ? DRAWS_APART : LINES_APART);
    if (this.#interactive) this.#barLoading ??= this.#loadBar(progress);
    if (soon) return;
    this.#shown = now();
    const left = this.#left(progress);
    if (this.#interactive) {
      this.#bar?.update(progress.share * FULL, this.#payload(progress));
      return;
    }
    const percent = Math.floor(100 * progress.share);
    const detail = progress.detail === undefined ? "" : `, ${progress.detail}`;
    this.#tell(
      `${percent} %: ${progress.label}${detail}, after ${durationOf(this.#spent / 1000)}, ${left} left\n`,
    );
  }

  /** Leaves the terminal as it was. May be called more than once. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#barLoading;
    this.#bar?.stop();
    this.#bar = undefined;
  }

  async #loadBar(first: WorkProgress): Promise<void> {
    const { SingleBar } = await import("cli-progress");
    if (this.#ended) return;
    this.#bar = new SingleBar({
      format: "{bar} {percentage} % │ {label}{detail} │ {left} left",
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
    this.#bar.start(FULL, first.share * FULL, this.#payload(first));
  }

  #payload(progress: WorkProgress): Record<string, string> {
    const { label, detail } = progress;
    return { label, detail: detail === undefined ? "" : ` │ ${detail}`, left: this.#left(progress) };
  }

  /** Milliseconds since the beginning. */
  get #spent(): number {
    return now() - this.#started;
  }

  #left({ share }: WorkProgress): string {
    if (this.#spent < SETTLED || share <= 0) return "…";
    return durationOf((this.#spent * (1 - share)) / share / 1000);
  }
}
