// How far a forecast is: a bar with loss, rate and time left on a terminal, plain lines elsewhere.

import type { SingleBar } from "cli-progress";
import { now, terminal } from "#platform";
import type { ForecastProgress } from "../series/forecast.ts";
import { displayName, displayNumber } from "../series/names.ts";

/** Plain lines come at least this many milliseconds apart, when there are many fits. */
const LINES_APART = 5000;
const FEW_FITS = 20;

/** Drawing a bar over and over slows down what it shows. */
const DRAWS_APART = 80;

/** In the first moments the time left cannot be told. */
const SETTLED = 0.5;

/** Shows the progress of one forecast. */
export class ForecastProgressView {
  readonly #tell: (text: string) => void;
  readonly #interactive: boolean;
  readonly #started = now();
  #bar: SingleBar | undefined;
  #barLoading: Promise<void> | undefined;
  #shown = Number.NEGATIVE_INFINITY;
  #epochs = 0;
  #last: ForecastProgress | undefined;
  #ended = false;

  constructor(tell: (text: string) => void, interactive = terminal.isInteractive) {
    this.#tell = tell;
    this.#interactive = interactive;
  }

  show(progress: ForecastProgress): void {
    const finished = this.#last !== undefined && progress.done > this.#last.done;
    if (progress.epoch !== undefined) this.#epochs++;
    if (this.#interactive) this.#draw(progress, finished);
    else if (finished && this.#last !== undefined) this.#line(this.#last, progress);
    this.#last = progress;
  }

  /** Leaves the terminal as it was. May be called more than once. */
  async end(): Promise<void> {
    this.#ended = true;
    await this.#barLoading;
    this.#bar?.stop();
    this.#bar = undefined;
  }

  /** One line for a fit that ended. */
  #line(fit: ForecastProgress, next: ForecastProgress): void {
    const last = next.done === next.fits;
    if (fit.fits > FEW_FITS && now() - this.#shown < LINES_APART && !last) return;
    this.#shown = now();
    const loss = fit.epoch === undefined ? "" : `, loss ${displayNumber(fit.epoch.loss)}`;
    const left = last ? "" : `, ${durationOf(this.#secondsLeft(next))} left`;
    this.#tell(
      `[${fit.done + 1}/${fit.fits}] ${labelOf(fit)}${loss}, after ${durationOf(this.#seconds)}${left}\n`,
    );
  }

  #draw(progress: ForecastProgress, finished: boolean): void {
    this.#barLoading ??= this.#loadBar(progress.fits);
    const soon = !finished && now() - this.#shown < DRAWS_APART;
    if (this.#bar === undefined || soon || progress.done === progress.fits) return;
    this.#shown = now();
    this.#bar.update(fractionOf(progress) * progress.fits, this.#payload(progress));
  }

  async #loadBar(fits: number): Promise<void> {
    const { SingleBar } = await import("cli-progress");
    if (this.#ended) return;
    this.#bar = new SingleBar({
      format: "{bar} {percentage} % │ {label}{loss} │ {rate} │ {left} left",
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
    const begun = this.#last;
    this.#bar.start(fits, 0, begun === undefined ? EMPTY : this.#payload(begun));
  }

  #payload(progress: ForecastProgress): Record<string, string> {
    const { epoch } = progress;
    return {
      label: labelOf(progress),
      loss: epoch === undefined ? "" : ` │ loss ${displayNumber(epoch.loss)}`,
      rate: `${rateOf(this.#epochs / Math.max(this.#seconds, 0.001))} epochs/s`,
      left: this.#seconds < SETTLED ? "…" : durationOf(this.#secondsLeft(progress)),
    };
  }

  get #seconds(): number {
    return (now() - this.#started) / 1000;
  }

  #secondsLeft(progress: ForecastProgress): number {
    const fraction = fractionOf(progress);
    return fraction === 0 ? Number.NaN : (this.#seconds * (1 - fraction)) / fraction;
  }
}

const EMPTY = { label: "", loss: "", rate: "", left: "…" };

/** The part of all fits that is done, 0 to 1. */
function fractionOf({ done, fits, epoch }: ForecastProgress): number {
  return (done + (epoch === undefined ? 0 : epoch.epoch / epoch.epochs)) / fits;
}

function labelOf({ model, fold, series }: ForecastProgress): string {
  const what = fold === undefined ? "forecast" : `backtest ${fold.number} of ${fold.of}`;
  return `${displayName(model)}, ${series}, ${what}`;
}

function rateOf(perSecond: number): string {
  return perSecond < 10 ? perSecond.toFixed(1) : Math.round(perSecond).toLocaleString("en-US");
}

/** `8 s`, `2 min 5 s`, `1 h 20 min`. */
function durationOf(seconds: number): string {
  if (!Number.isFinite(seconds)) return "…";
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}
