// The two sides of the platform: both offer all of it, and the browser's says what to do where it cannot.

import { describe, expect, test } from "vitest";
import * as browser from "../../src/platform/browser.ts";
import * as node from "../../src/platform/node.ts";
import type { Platform } from "../../src/platform/types.ts";

// The annotation is half of the test: a side that lacks a name or has a wrong type does not compile.
const sides: readonly [Platform, Platform] = [node, browser];

test("both sides export the same names", () => {
  const [nodeNames, browserNames] = sides.map((side) => Object.keys(side).sort());
  expect(browserNames).toEqual(nodeNames);
});

describe("Node", () => {
  test("#platform is this side, and the tests run on the pinned version", async () => {
    expect((await import("#platform")).environment).toEqual(node.environment);
    expect(node.environment.runtime).toBe("node");
    expect(node.environment.versions.node).toMatch(/^24\./);
    expect(node.environment.cores).toBeGreaterThan(0);
  });

  test("the clock runs forwards", () => {
    const before = node.now();
    expect(node.now()).toBeGreaterThanOrEqual(before);
  });

  test("an interrupt calls the handler until it is taken off", () => {
    const listeners = process.listenerCount("SIGINT");
    let calls = 0;
    const stop = node.onInterrupt(() => {
      calls += 1;
    });
    process.emit("SIGINT");
    process.emit("SIGINT");
    expect(calls).toBe(2);
    stop();
    stop();
    expect(process.listenerCount("SIGINT")).toBe(listeners);
  });

  test("the terminal has a width also when it is none", () => {
    expect(node.terminal.columns).toBeGreaterThan(0);
    expect(typeof node.terminal.isInteractive).toBe("boolean");
  });
});

describe("browser", () => {
  test.each([
    [
      "openBytes",
      () => browser.openBytes("a.bin"),
      'Cannot read "a.bin": a page in a browser has no files that it can reach by path. Fetch the file',
    ],
    ["readTextFile", () => browser.readTextFile("a.txt"), 'Cannot read "a.txt"'],
    ["writeFileAtomic", () => browser.writeFileAtomic("a.bin", async () => {}), 'Cannot write "a.bin"'],
    ["writeFolderAtomic", () => browser.writeFolderAtomic("model", async () => {}), 'Cannot write "model"'],
    ["pathExists", () => browser.pathExists("a.bin"), 'Cannot look for "a.bin"'],
  ])("%s says what to do instead", async (_, call, message) => {
    await expect(call()).rejects.toMatchObject({
      name: "RecurraError",
      code: "no-file-system",
      message: expect.stringContaining(message),
    });
  });

  test("paths and addresses are joined with single slashes", () => {
    expect(browser.joinPath("https://host/models/", "lstm", "config.json")).toBe(
      "https://host/models/lstm/config.json",
    );
    expect(browser.joinPath("models", "", "/a.json")).toBe("models/a.json");
  });
});
