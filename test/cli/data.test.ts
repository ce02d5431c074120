// `recurra data`: what it prints, what it refuses, and its exit codes, with a catalogue of the tests' own server.

import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { Command, CommanderError } from "commander";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { dataCommand } from "../../src/cli/data/data-command.ts";
import { downloadProgressOf } from "../../src/cli/data/data-progress.ts";
import { equip } from "../../src/cli/equip.ts";
import { ProgressView } from "../../src/cli/progress.ts";
import type { CatalogueEntry } from "../../src/data/catalogue/entry.ts";
import { RecurraError } from "../../src/platform/error.ts";
import { entryFor } from "../data/catalogue/entry-for.ts";
import { FileServer } from "../data/catalogue/file-server.ts";
import { gathered } from "./run-cli.ts";

const CONTENT = Buffer.from("Supposing that Truth is a woman: what then?\n");
const SUM = createHash("sha256").update(CONTENT).digest("hex");

let folder: string;
let server: FileServer;
let catalogue: CatalogueEntry[];
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "recurra-data-"));
  vi.stubEnv("RECURRA_DATA", "");
  vi.stubEnv("RECURRA_CACHE", join(folder, "cache"));
  for (const name of ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"]) vi.stubEnv(name, "");
  server = await FileServer.start(CONTENT);
  catalogue = [
    entryFor(
      server.address(),
      { path: "truth.txt", sha256: SUM, bytes: CONTENT.length, isExact: true },
      { name: "truth", title: "A question", licence: "public domain", note: "It is short." },
    ),
    entryFor(
      server.address("/lie"),
      { path: "lie.txt", bytes: 12_345, excerpt: "lie_part.txt" },
      { name: "lie", title: "An answer", kind: "speech", licence: "a licence with a name that is very long" },
    ),
  ];
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await server.stop();
  await rm(folder, { recursive: true, force: true });
});

const put = async (path: string, content: string | Uint8Array) => {
  await mkdir(dirname(join(folder, path)), { recursive: true });
  await writeFile(join(folder, path), content);
};

/** Runs a command line in this process; the code is the shell's, as `run` gives it. */
function recurra(...argv: string[]) {
  return gathered(async (context) => {
    const program = new Command("recurra").addCommand(dataCommand(context, { catalogue }));
    equip(program, "recurra", context);
    try {
      await program.parseAsync(argv, { from: "user" });
      return 0;
    } catch (error) {
      if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
      if (!(error instanceof RecurraError)) throw error;
      context.tell(`recurra: ${error.message}\n`);
      return 2;
    }
  });
}

describe("recurra data list", () => {
  test("name, kind, size, licence, and where each set is", async () => {
    await put("copies/lie_part.txt.gz", gzipSync("no"));
    const { code, stdout } = await recurra("data", "list", "--data-dir", join(folder, "copies"));
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "name   kind        size  licence                   where                  what",
        "truth  text    44 bytes  public domain             to fetch (1.0 kB)      A question",
        "lie    speech   12.3 kB  a licence with a name t…  data folder (excerpt)  An answer",
        "",
        "1 of 2 sets are on this machine.",
        `data folder: ${join(folder, "copies")}`,
        `cache: ${join(folder, "cache/data")}`,
        "",
      ].join("\n"),
    );
  });

  test("one kind alone; another word is refused with what there is", async () => {
    const { stdout } = await recurra("data", "list", "--kind", "speech");
    expect(stdout).toContain("lie ");
    expect(stdout).not.toContain("truth");
    const { code, stderr } = await recurra("data", "list", "--kind", "video");
    expect(code).toBe(2);
    expect(stderr).toContain("Allowed choices are forecasting, classification, text, speech, regression.");
    expect(stderr).toContain("Try: recurra data list --help");
  });

  test("--json: everything that the catalogue says", async () => {
    await put("cache/data/truth.txt", CONTENT);
    const { stdout } = await recurra("data", "list", "--json");
    const [truth, lie] = JSON.parse(stdout);
    expect(truth).toEqual({
      name: "truth",
      title: "A question",
      kind: "text",
      licence: "public domain",
      home: "http://example.test",
      note: "It is short.",
      bytes: 44,
      downloadBytes: 1000,
      place: "cache",
      files: [
        {
          name: "truth.txt",
          part: "all",
          bytes: 44,
          sha256: SUM,
          isExact: true,
          path: join(folder, "cache/data/truth.txt"),
          isExcerpt: false,
        },
      ],
      originals: [{ addresses: [server.address()], sha256: null }],
    });
    expect(lie).toMatchObject({ place: null, note: null, files: [{ path: null, sha256: null }] });
  });
});

describe("recurra data get", () => {
  test("downloads, says the checksum and how it was checked, and the second time only checks", async () => {
    const path = join(folder, "cache/data/truth.txt");
    const expected = `truth:\n  ${path}\n    SHA-256 ${SUM}: as in the catalogue\n  It is short.\n`;
    expect(await recurra("data", "get", "truth")).toEqual({ code: 0, stdout: expected, stderr: "" });
    expect(await readFile(path, "utf8")).toBe(CONTENT.toString());
    expect(await recurra("data", "get", "truth")).toEqual({ code: 0, stdout: expected, stderr: "" });
    expect(server.requests).toHaveLength(1);
  });

  test("several at once; the first download of one without a checksum is remembered", async () => {
    const { code, stdout } = await recurra("data", "get", "truth", "lie");
    expect(code).toBe(0);
    expect(stdout).toContain(
      `${SUM}: its first download: the catalogue has no checksum of it, so this one is`,
    );
    expect((await recurra("data", "get", "lie")).stdout).toContain(`${SUM}: as in its first download`);
  });

  test("a change since the first download is refused, and taken with --accept-change", async () => {
    await recurra("data", "get", "lie");
    await rm(join(folder, "cache/data/lie.txt"));
    server.content = Buffer.from("changed");
    const { code, stderr } = await recurra("data", "get", "lie");
    expect(code).toBe(2);
    expect(stderr).toMatch(
      /^recurra: Cannot use "lie.txt" from .* To take it nevertheless: --accept-change[.]\n$/,
    );
    expect((await recurra("data", "get", "lie", "--accept-change")).code).toBe(0);
  });

  test("nothing is downloaded where a data folder has it", async () => {
    await put("copies/truth.txt", "mine");
    vi.stubEnv("RECURRA_DATA", join(folder, "copies"));
    expect((await recurra("data", "get", "truth")).stdout).toBe(
      `truth: it is in a data folder; nothing to download.\n  ${join(folder, "copies/truth.txt")}\n`,
    );
    expect(server.requests).toHaveLength(0);
  });

  test("--to: downloaded there, or copied there from where it is", async () => {
    const to = join(folder, "to");
    expect((await recurra("data", "get", "truth", "--to", to)).stdout).toContain(join(to, "truth.txt"));
    expect(await readdir(folder)).toEqual(["to"]);
    await rm(to, { recursive: true });
    await put("copies/truth.txt.gz", gzipSync(CONTENT));
    await put("copies/lie_part.txt", "no");
    const argv = ["data", "get", "truth", "lie", "--data-dir", join(folder, "copies"), "--to", to];
    const { stdout } = await recurra(...argv);
    expect(stdout).toContain(`${SUM}: as in the catalogue`);
    expect(stdout).toContain(": a copy");
    expect((await readdir(to)).sort()).toEqual(["lie_part.txt", "truth.txt"]);
    expect(server.requests).toHaveLength(1);
    // What is in the cache is checked before it is copied.
    await put("cache/data/truth.txt", CONTENT.toString().replace("woman", "human"));
    await recurra("data", "get", "truth", "--to", to);
    expect(await readFile(join(to, "truth.txt"), "utf8")).toBe(CONTENT.toString());
  });

  test("what goes wrong on the way is told", async () => {
    server.plan = [{ status: 503, headers: { "retry-after": "0" } }, {}];
    const { code, stderr } = await recurra("data", "get", "truth");
    expect(code).toBe(0);
    expect(stderr).toBe("truth: The server answers (503 Service Unavailable); trying again in 0.1 s.\n");
  });

  test("offline: the address, and where to put the file", async () => {
    await server.stop();
    const { code, stdout, stderr } = await recurra("data", "get", "truth");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`${server.address()}: its server refuses connections (ECONNREFUSED).`);
    expect(stderr).toContain(`put it at "${join(folder, "cache/data/truth.txt")}"`);
  });

  test("unknown names are refused before anything is downloaded, with the nearest", async () => {
    const { code, stderr } = await recurra("data", "get", "truth", "lye");
    expect(code).toBe(2);
    expect(stderr).toContain('There is no data set "lye" in the catalogue. Did you mean "lie"?');
    expect(server.requests).toHaveLength(0);
    expect((await recurra("data", "get")).code).toBe(2);
    expect((await recurra("data", "get", "truth", "--to", " ")).stderr).toContain("It is empty.");
    expect((await recurra("data", "get", "truth", "--data-dir", join(folder, "gone"))).stderr).toContain(
      "the data folder is wanted there",
    );
  });
});

describe("recurra data path", () => {
  test("prints the files, a line each, and nothing else", async () => {
    await put("cache/data/truth.txt", CONTENT);
    const { code, stdout } = await recurra("data", "path", "truth");
    expect([code, stdout]).toEqual([0, `${join(folder, "cache/data/truth.txt")}\n`]);
  });

  test("a set that is not here, and a name that there is not", async () => {
    const { code, stdout, stderr } = await recurra("data", "path", "truth");
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain("Get it: recurra data get truth.");
    expect((await recurra("data", "path", "truht")).stderr).toContain('Did you mean "truth"?');
  });
});

describe("help", () => {
  test.each([
    [["data"], "recurra data get nietzsche etth1"],
    [["data", "list"], "recurra data list --kind text"],
    [["data", "get"], "recurra data get m4-hourly m4-weekly --to data"],
    [["data", "path"], "recurra data path quakes-fiji"],
  ])("%s has examples", async (argv, example) => {
    const { code, stdout } = await recurra(...argv, "--help");
    expect(stdout).toContain("Examples:\n");
    expect(stdout).toContain(example);
    expect(code).toBe(0);
  });
});

describe("the progress of a download", () => {
  const progress = { file: "original.txt", number: 2, of: 3 };

  test("in a log: a line now and then, with size, rate and time left", () => {
    vi.useFakeTimers({ toFake: ["performance"] });
    try {
      let told = "";
      const view = new ProgressView((text) => {
        told += text;
      }, false);
      const at = (received: number) =>
        view.show(
          downloadProgressOf("truth", {
            ...progress,
            received,
            total: 10_000_000,
            bytesPerSecond: 500_000,
            secondsLeft: 125.4,
          }),
        );
      at(1);
      vi.advanceTimersByTime(4000);
      at(2);
      vi.advanceTimersByTime(2000);
      at(3_200_000);
      at(3_300_000);
      view.notice("truth: The connection was cut.");
      expect(told).toBe(
        "32 %: truth: original.txt (2 of 3), 3.2 MB of 10.0 MB, 500 kB/s, after 6 s, 2 min 5 s left\ntruth: The connection was cut.\n",
      );
    } finally {
      vi.useRealTimers();
    }
  });
});
