// The lock that keeps two processes from writing the same files.

import { spawn } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from "node:fs/promises";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type LockOptions, withLock } from "../../../src/data/catalogue/download/lock.ts";

let folder: string;
let path: string;
const QUICK: LockOptions = { poll: 5 };
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-lock-"));
  path = join(folder, "deep/.set.lock");
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A lock file as another process would have left it. */
async function left(holder: object | string, age = 0): Promise<void> {
  await withLock(path, async () => {}, QUICK); // Makes the folder.
  await writeFile(path, typeof holder === "string" ? holder : JSON.stringify(holder));
  const time = new Date(Date.now() - age);
  await utimes(path, time, time);
}

test("gives what the work gives, throws what it throws, and leaves nothing", async () => {
  expect(await withLock(path, async () => 5)).toBe(5);
  const failing = withLock(path, async () => {
    expect(JSON.parse(await readFile(path, "utf8"))).toMatchObject({ process: process.pid });
    throw new Error("work");
  });
  await expect(failing).rejects.toThrow("work");
  expect(await readdir(join(folder, "deep"))).toEqual([]);
});

test("lets one in at a time", async () => {
  let inside = 0;
  let waits = 0;
  const works = Array.from({ length: 8 }, (_, i) =>
    withLock(
      path,
      async () => {
        expect(++inside).toBe(1);
        await new Promise((resolve) => setTimeout(resolve, 3));
        inside--;
        return i;
      },
      { ...QUICK, onWait: () => waits++ },
    ),
  );
  expect(await Promise.all(works)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(waits).toBeGreaterThan(0);
});

test("takes over from a process that is gone from this machine", async () => {
  const child = spawn(process.execPath, ["--version"], { stdio: "ignore" });
  await new Promise((resolve) => child.on("exit", resolve));
  await left({ token: "a", host: hostname(), process: child.pid });
  expect(await withLock(path, async () => "done", QUICK)).toBe("done");
});

test("takes over from one that has shown no sign of life, on whatever machine, also where its file is damaged", async () => {
  await left({ token: "a", host: "elsewhere", process: 1 }, 40_000);
  expect(await withLock(path, async () => "done", QUICK)).toBe("done");
  await left("", 40_000);
  expect(await withLock(path, async () => "done", QUICK)).toBe("done");
});

test("of many that find a dead lock at once, one is in at a time", async () => {
  await left({ token: "a", host: "elsewhere", process: 1 }, 40_000);
  let inside = 0;
  await Promise.all(
    Array.from({ length: 20 }, () =>
      withLock(
        path,
        async () => {
          expect(++inside).toBe(1);
          await new Promise((resolve) => setTimeout(resolve, 2));
          inside--;
        },
        QUICK,
      ),
    ),
  );
});

test("waits for one that lives elsewhere, until it is stopped", async () => {
  await left({ token: "a", host: "elsewhere", process: 1 }, 1000);
  const controller = new AbortController();
  const work = withLock(path, async () => "done", {
    ...QUICK,
    signal: controller.signal,
    onWait: () => setTimeout(() => controller.abort(new Error("enough")), 30),
  });
  await expect(work).rejects.toThrow("enough");
});

test("shows that it is alive while it works", async () => {
  await withLock(
    path,
    async () => {
      const old = new Date(Date.now() - 60_000);
      await utimes(path, old, old);
      const age = async () => Date.now() - (await stat(path)).mtimeMs;
      for (let tries = 0; (await age()) > 30_000 && tries < 1000; tries++) {
        await new Promise((resolve) => setTimeout(resolve, 5));
      }
      // Had it not shown itself, this one would take over at once.
      const second = withLock(path, async () => {}, {
        ...QUICK,
        signal: AbortSignal.timeout(50),
      });
      await expect(second).rejects.toThrow();
    },
    { ...QUICK, heartbeat: 10 },
  );
});

test("a folder that cannot be made is named", async () => {
  await writeFile(join(folder, "file"), "");
  await expect(withLock(join(folder, "file/x/.lock"), async () => {})).rejects.toMatchObject({
    code: "not-a-folder",
    message: expect.stringContaining(join(folder, "file")),
  });
});
