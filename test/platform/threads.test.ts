// Modules on threads of their own: messages both ways, and how a thread ends.

import { expect, test } from "vitest";
import * as browser from "../../src/platform/browser.ts";
import { parentThread, startThread } from "../../src/platform/node.ts";

const moduleOf = (code: string) => new URL(`data:text/javascript,${encodeURIComponent(code)}`);
const echo = moduleOf(`
  import { parentPort } from "node:worker_threads";
  parentPort.on("message", (message) => parentPort.postMessage(message));
`);

test("messages come back in order, also those that nobody waits for yet; buffers named are moved", async () => {
  const thread = startThread(echo);
  const numbers = new Float32Array([1, 2]);
  thread.post({ numbers }, [numbers.buffer]);
  expect(numbers.length).toBe(0);
  thread.post("second");
  expect(await thread.next()).toEqual({ numbers: new Float32Array([1, 2]) });
  const [second, third] = [thread.next(), thread.next()];
  thread.post("third");
  expect(await Promise.all([second, third])).toEqual(["second", "third"]);
  await thread.end();
});

test("who waits for a thread that was ended is told", async () => {
  const thread = startThread(echo);
  const waiting = expect(thread.next()).rejects.toMatchObject({ code: "thread-ended" });
  await thread.end();
  await waiting;
  await expect(thread.next()).rejects.toMatchObject({ code: "thread-ended" });
});

test("a thread that fails passes its error on, after its messages", async () => {
  const code =
    'import { parentPort } from "node:worker_threads"; parentPort.postMessage(1); throw new RangeError("no");';
  const thread = startThread(moduleOf(code));
  expect(await thread.next()).toBe(1);
  await expect(thread.next()).rejects.toThrow("no");
});

test("the first thread has no parent", () => {
  expect(parentThread()).toBeUndefined();
  expect(browser.parentThread()).toBeUndefined();
});

test("in a browser it is said what to do instead", () => {
  expect(() => browser.startThread(new URL("https://host/batches.js"))).toThrow(
    'Cannot start "https://host/batches.js" on a thread of its own',
  );
});
