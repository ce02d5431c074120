// How fast bytes come in, and how long the rest will take.

import { now } from "#platform";

/** The rate is that of the last so many milliseconds: it follows a connection that slows down, and does not jump about. */
const WINDOW = 5000;

/** Below this many milliseconds there is no telling. */
const SETTLED = 300;

/** How far a download is. */
export interface DownloadProgress {
  /** Bytes of the file that are here, those of earlier tries included. */
  readonly received: number;
  /** Bytes of the whole file, where the server or the catalogue says. */
  readonly total: number | undefined;
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
}

/** Watches one file come in. */
export class Meter {
  readonly #samples: { readonly time: number; readonly received: number }[] = [];

  /** A connection is made, with so many bytes there already. */
  begin(received: number): void {
    this.#samples.length = 0;
    this.#samples.push({ time: now(), received });
  }

  /** @param received all bytes of the file that are here by now */
  progress(received: number, total: number | undefined): DownloadProgress {
    const time = now();
    this.#samples.push({ time, received });
    while (this.#samples.length > 2 && time - (this.#samples[1]?.time ?? time) > WINDOW)
      this.#samples.shift();
    const [first = { time, received }] = this.#samples;
    const elapsed = time - first.time;
    const bytesPerSecond = elapsed < SETTLED ? undefined : ((received - first.received) * 1000) / elapsed;
    const isMoving = bytesPerSecond !== undefined && bytesPerSecond > 0 && total !== undefined;
    const secondsLeft = isMoving ? Math.max(0, total - received) / bytesPerSecond : undefined;
    return { received, total, bytesPerSecond, secondsLeft };
  }
}
