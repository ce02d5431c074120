// Compiled steps, one for each shape of batch; those that have not been used for longest are given back.

/** What is kept of a step, and how many runs are using it. */
interface Entry<Step> {
  readonly step: Promise<Step>;
  users: number;
}

/**
 * Keeps compiled steps by a key, at most `limit` of them beside those in use: each holds working memory of its own, and a program that
 * feeds batches of ever other sizes would collect them without end.
 */
export class StepCache<Step> {
  readonly #limit: number;
  readonly #release: (step: Step) => Promise<void>;
  /** In the order of their last use. */
  readonly #entries = new Map<string, Entry<Step>>();

  constructor(limit: number, release: (step: Step) => Promise<void>) {
    this.#limit = limit;
    this.#release = release;
  }

  /** Runs something with the step of a key, which is made where it is not there. A step that could not be made is tried again. */
  async use<Result>(
    key: string,
    make: () => Promise<Step>,
    work: (step: Step) => Promise<Result>,
  ): Promise<Result> {
    const entry = this.#entryOf(key, make);
    entry.users++;
    try {
      return await work(await entry.step);
    } finally {
      entry.users--;
      await this.#giveBack();
    }
  }

  #entryOf(key: string, make: () => Promise<Step>): Entry<Step> {
    const known = this.#entries.get(key);
    this.#entries.delete(key);
    const entry = known ?? { step: make(), users: 0 };
    this.#entries.set(key, entry);
    if (known === undefined) {
      entry.step.catch(() => {
        if (this.#entries.get(key) === entry) this.#entries.delete(key);
      });
    }
    return entry;
  }

  /** Gives back what is too much. */
  async #giveBack(): Promise<void> {
    for (const [key, { step, users }] of this.#entries) {
      if (this.#entries.size <= this.#limit) return;
      if (users > 0) continue;
      this.#entries.delete(key);
      await this.#release(await step);
    }
  }
}
