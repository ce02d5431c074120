// CSVLogger: writes what each epoch logged as a row of a CSV file.

import { appendFile, pathExists, readTextFile } from "#platform";
import { checkOptionNames, describe } from "../../nn/choice.ts";
import { RecurraError } from "../../platform/error.ts";
import type { Logs } from "../history.ts";
import type { Callback, CallbackState, TrainingState } from "./callback.ts";
import { StateReader } from "./state.ts";

export interface CSVLoggerOptions {
  /** The file to write. Missing folders are made. */
  readonly path: string;
  /** What stands between two values: one character. Default ",". */
  readonly separator?: string;
  /** Add to a file that is there, rather than write over it. Default false. */
  readonly append?: boolean;
  /** Under which a checkpoint keeps its state. Default "CSVLogger". */
  readonly name?: string;
}

const optionNames: readonly (keyof CSVLoggerOptions)[] = ["path", "separator", "append", "name"];

const utf8 = new TextEncoder();

/**
 * Writes what each epoch logged as a row of a CSV file: `epoch`, counted from 0 as in Keras, then the logs in their order, with all
 * their digits. A row is written whole, when its epoch ends. A training that goes on from a checkpoint first cuts the file back to
 * the rows that it had then, so that none stands there twice.
 *
 * @throws RecurraError `unknown-option`, `option-value`; `fit` throws, before anything is trained, `log-columns` where the file to add
 * to has other columns, and what stands in the file's way
 * @example
 * new CSVLogger({ path: "runs/first.csv", separator: ";" })
 */
export class CSVLogger implements Callback {
  readonly name: string;
  readonly #path: string;
  readonly #separator: string;
  readonly #append: boolean;
  #columns: readonly string[] = [];
  /** The length of the file once the disk has it; `undefined` where more was written since. */
  #synced: number | undefined;

  constructor(options: CSVLoggerOptions) {
    checkOptionNames("CSVLogger", options, optionNames);
    const { path, separator = ",", append = false, name = "CSVLogger" } = options;
    if (typeof path !== "string" || path === "") {
      throw new RecurraError("option-value", `CSVLogger: path is to name a file, got ${describe(path)}`);
    }
    // Digits, letters, signs and points are parts of values.
    if (typeof separator !== "string" || !/^[^\w"\r\n.+-]$/.test(separator)) {
      throw new RecurraError(
        "option-value",
        `CSVLogger: separator is to be one character such as "," or ";" or a tab, got ${describe(separator)}`,
      );
    }
    this.name = name;
    this.#path = path;
    this.#separator = separator;
    this.#append = append;
  }

  async onTrainBegin({ logNames, resumed }: TrainingState): Promise<void> {
    this.#columns = logNames;
    this.#synced = undefined;
    const header = this.#line(["epoch", ...logNames]);
    const adds = (this.#append || resumed) && (await pathExists(this.#path));
    const text = adds ? await readTextFile(this.#path) : "";
    if (text === "") {
      await appendFile(this.#path, utf8.encode(header), { keep: 0 });
      return;
    }
    const [first = ""] = text.split(/\r?\n/, 1);
    if (`${first}\n` !== header) {
      throw new RecurraError(
        "log-columns",
        `CSVLogger: "${this.#path}" has the columns ${first}; this training logs ${header.trimEnd()}. Choose another file, or set append to false`,
      );
    }
    await appendFile(this.#path, utf8.encode(text.endsWith("\n") ? "" : "\n"));
  }

  async onEpochEnd(epoch: number, logs: Logs): Promise<void> {
    const values = this.#columns.map((name) => (logs[name] === undefined ? "NA" : String(logs[name])));
    this.#synced = undefined;
    await appendFile(this.#path, utf8.encode(this.#line([String(epoch), ...values])));
  }

  /** A row; a value that holds a separator, a quote or a line's end is put in quotes (RFC 4180). */
  #line(values: readonly string[]): string {
    const quoted = values.map((value) =>
      value.includes(this.#separator) || /["\r\n]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value,
    );
    return `${quoted.join(this.#separator)}\n`;
  }

  async saveState(): Promise<CallbackState> {
    // What the checkpoint counts on is on the disk before the checkpoint is.
    this.#synced ??= await appendFile(this.#path, new Uint8Array(0), { sync: true });
    return { json: { bytes: this.#synced } };
  }

  /** @throws RecurraError `checkpoint-state` */
  async loadState(state: CallbackState): Promise<void> {
    const keep = new StateReader("CSVLogger", state).number("bytes");
    await appendFile(this.#path, new Uint8Array(0), { keep });
  }
}
