// Threads on Node: worker threads.

import { parentPort, Worker } from "node:worker_threads";
import { RecurraError } from "../error.ts";
import type { Platform } from "../types.ts";
import { Inbox } from "./inbox.ts";

export const startThread: Platform["startThread"] = (address) => {
  const inbox = new Inbox();
  const worker = new Worker(address);
  worker.on("message", (message) => inbox.add(message));
  worker.on("error", (error) => inbox.fail(error));
  worker.on("messageerror", (error) => inbox.fail(error));
  worker.on("exit", (code) =>
    inbox.fail(new RecurraError("thread-ended", `the thread ended by itself, with code ${code}`)),
  );
  return {
    post: (message, moved = []) => worker.postMessage(message, moved),
    next: () => inbox.next(),
    async end() {
      await worker.terminate();
    },
  };
};

export const parentThread: Platform["parentThread"] = () => {
  const port = parentPort;
  if (port === null) return undefined;
  return {
    post: (message, moved = []) => port.postMessage(message, moved),
    onMessage(handler) {
      port.on("message", handler);
    },
  };
};
