// What forecasters have in common that change what one other gives: its name, and what it needs.

import type { FitOptions, Fitted, Forecaster, ForecasterConfig } from "../forecasters/forecaster.ts";
import type { Json, Need, Task } from "../forecasters/local-model.ts";
import type { Series } from "../observed/series.ts";

/** A forecaster around another. */
export abstract class Wrapped implements Forecaster {
  readonly name: string;
  readonly inner: Forecaster;
  readonly #kind: string;
  readonly #options: Readonly<Record<string, Json>>;

  /**
   * @param kind what the registry calls it
   * @param options its own, for the config
   */
  constructor(inner: Forecaster, kind: string, options: Readonly<Record<string, Json>>) {
    this.name = inner.name;
    this.inner = inner;
    this.#kind = kind;
    this.#options = options;
  }

  get config(): ForecasterConfig {
    return { name: this.#kind, ...this.#options, forecaster: JSON.parse(JSON.stringify(this.inner.config)) };
  }

  get takesMissing(): boolean {
    return this.inner.takesMissing;
  }

  need(series: Pick<Series, "season">, task: Task): Need {
    return this.inner.need(series, task);
  }

  abstract fit(training: readonly Series[], options: FitOptions): Promise<Fitted>;
}
