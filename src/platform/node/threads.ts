// Threads on Node: worker threads.

import { parentPort, Worker } from "node:worker_threads";
import { RecurraError } from "../error.ts";
import type { Platform } from "../types.ts";
import { Inbox } from "./inbox.ts";

/** Asks a thread to end where it is safe: between two steps of its work. */
const STOP = "recurra:stop";

/** So many milliseconds a thread has to end by itself. */
const GRACE = 2000;

export const startThread: Platform["startThread"] = (address) => {
  const inbox = new Inbox();
  const worker = new Worker(address);
  worker.on("message", (message) => inbox.add(message));
  worker.on("error", (error) => inbox.fail(error));
  worker.on("messageerror", (error) => inbox.fail(error));
  let isOver = false;
  worker.on("exit", (code) => {
    isOver = true;
    inbox.fail(new RecurraError("thread-ended", `the thread ended by itself, with code ${code}`));
  });
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    next: () => inbox.next(),
    async end() {
      if (isOver) return;
      worker.removeAllListeners("message");
      // Ended within native code, such as a step of a network, a thread would take the whole process with it.
      await new Promise<void>((resolve) => {
        const late = setTimeout(() => void worker.terminate(), GRACE);
        worker.once("exit", () => {
          clearTimeout(late);
          resolve();
        });
        worker.postMessage(STOP);
      });
    },
  };
};

export const parentThread: Platform["parentThread"] = () => {
  const port = parentPort;
  if (port === null) return undefined;
  return {
    post: (message, moved = []) => port.postMessage(message, moved),
    onMessage(handler) {
      port.on("message", (message) => {
        if (message === STOP) process.exit();
        handler(message);
      });
    },
  };
};
