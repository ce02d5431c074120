// What Recurra asks of the machine it runs on. `#platform` gives the Node or the browser side of it.

/** Random access to the bytes of a file, without loading the whole of it. */
export interface ByteSource {
  /** Bytes in the file when it was opened. */
  readonly size: number;
  /**
   * The `length` bytes from `offset` on, in an array of their own.
   * @throws RecurraError `read-past-end` where the file does not have them.
   */
  read(offset: number, length: number): Promise<Uint8Array>;
  close(): Promise<void>;
}

/** Where a file being written takes its bytes, in order. */
export interface ByteSink {
  write(bytes: Uint8Array): Promise<void>;
}

/** The terminal that progress and messages go to: standard error on Node, the console in a browser. */
export interface Terminal {
  /** Whether a person watches, so that a line may be drawn over. */
  readonly isInteractive: boolean;
  /** Characters in a line. */
  readonly columns: number;
  write(text: string): void;
}

/** A module that runs on a thread of its own, as the thread that started it sees it. */
export interface Thread {
  /** Sends a copy of a message; the buffers named are moved instead. */
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  /** The next message from the thread. Fails where the thread fails, or ends before it has sent one. */
  next(): Promise<unknown>;
  /** Ends the thread, whatever it is at. */
  end(): Promise<void>;
}

/** The other end: the thread that started this one, as the module that runs on this one sees it. */
export interface ParentThread {
  post(message: unknown, moved?: readonly ArrayBuffer[]): void;
  onMessage(handler: (message: unknown) => void): void;
}

/** What a run was made on, as it is recorded with its results. */
export interface Environment {
  readonly runtime: "node" | "browser";
  readonly versions: Readonly<Record<string, string>>;
  /** Threads that can run at once. */
  readonly cores: number;
}

/**
 * One side of the platform. The file functions throw a `RecurraError` that names the path, what came and what is wanted:
 * `file-not-found`, `folder-not-found`, `not-a-file`, `not-a-folder`, `permission-denied`, `disk-full`, `file-failed`,
 * and in a browser always `no-file-system`.
 */
export interface Platform {
  /** Opens the file at `path` for reading. The caller closes it. */
  openBytes(path: string): Promise<ByteSource>;

  /** The file's text. @throws RecurraError `not-utf8` where it is not UTF-8; a byte order mark is dropped. */
  readTextFile(path: string): Promise<string>;

  /**
   * Writes the file at `path` whole or not at all: to a temporary name in the same folder, synced, then renamed.
   * When `write` or the disk fails, the temporary file is removed, a file that was there before stays, and the error is passed on.
   */
  writeFileAtomic(path: string, write: (sink: ByteSink) => Promise<void>): Promise<void>;

  /** Removes what a program that was killed while it wrote the file at `path` has left beside it. For the only writer of the file. */
  removeLeftovers(path: string): Promise<void>;

  /**
   * Builds the folder `path` whole or not at all: `fill` writes into a temporary sibling, which then takes the name.
   * Missing parent folders are made. A folder that was there is replaced, by two renames; on failure it stays.
   *
   * So that nothing of the user's is lost, a folder is replaced only when each of its entries is `owned`: by default,
   * when the new folder has an entry of that name too.
   * @throws RecurraError `folder-has-other-files` where it is not, naming the entries.
   */
  writeFolderAtomic(
    path: string,
    fill: (temporaryPath: string) => Promise<void>,
    options?: { readonly owned?: (entryName: string) => boolean },
  ): Promise<void>;

  /**
   * Adds bytes to the end of the file at `path`, in one write, so that a program that ends meanwhile leaves all of them or none.
   * The file is made where there is none, and the folders above it.
   *
   * @param options.keep cuts off what stands after this many bytes, first
   * @param options.sync waits until the disk has the file: it then outlasts a power cut. Default false.
   * @returns the length of the file afterwards
   */
  appendFile(
    path: string,
    bytes: Uint8Array,
    options?: { readonly keep?: number | undefined; readonly sync?: boolean | undefined },
  ): Promise<number>;

  /** Whether there is a file or a folder at `path`. */
  pathExists(path: string): Promise<boolean>;

  joinPath(...parts: string[]): string;

  readonly terminal: Terminal;

  /**
   * Calls `handler` on each Ctrl-C in place of ending the program, until the function that comes back is called.
   * In a browser nothing interrupts, and the handler is never called.
   */
  onInterrupt(handler: () => void): () => void;

  /** Starts a module, given by its address, on a thread of its own. */
  startThread(address: URL): Thread;

  /** The thread that started this one; `undefined` on the first. */
  parentThread(): ParentThread | undefined;

  /** Milliseconds on a clock that never runs backwards. */
  now(): number;

  readonly environment: Environment;
}
