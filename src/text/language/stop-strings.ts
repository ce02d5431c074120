// StopStrings: text that comes in pieces, up to the first of some strings.

import { describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";

/** Lets text through up to the first of some strings; what may be the beginning of one is held back until that is decided. */
export class StopStrings {
  readonly #stops: readonly string[];
  /** A proper beginning of one of the strings. */
  #held = "";
  #isStopped = false;

  /** @throws RecurraError `option-value` for an empty string, or none */
  constructor(stop: string | readonly string[]) {
    const stops = typeof stop === "string" ? [stop] : stop;
    if (!Array.isArray(stops) || stops.some((one) => typeof one !== "string" || one === "")) {
      throw new RecurraError(
        "option-value",
        `generate: stop is to be a string or a list of strings that are not empty, got ${describe(stop)}`,
      );
    }
    this.#stops = stops;
  }

  /** Whether one of the strings has come. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Takes a piece. @returns what is certain to come before any of the strings */
  push(piece: string): string {
    const text = this.#held + piece;
    let at = -1;
    for (const stop of this.#stops) {
      const found = text.indexOf(stop);
      if (found >= 0 && (at < 0 || found < at)) at = found;
    }
    if (at >= 0) {
      this.#isStopped = true;
      this.#held = "";
      return text.slice(0, at);
    }
    const free = text.length - this.#openLength(text);
    this.#held = text.slice(free);
    return text.slice(0, free);
  }

  /** What is held back, when no more text comes. */
  end(): string {
    const rest = this.#held;
    this.#held = "";
    return rest;
  }

  /** Characters at the end of the text that one of the strings begins with. */
  #openLength(text: string): number {
    let open = 0;
    for (const stop of this.#stops) {
      for (let length = Math.min(stop.length - 1, text.length); length > open; length--) {
        if (text.endsWith(stop.slice(0, length))) open = length;
      }
    }
    return open;
  }
}
