// The small parts of the download: sizes in words, pauses, what connections' errors mean.

import { describe, expect, test } from "vitest";
import { connectionFailure } from "../../../src/data/catalogue/download/connection-errors.ts";
import { displayBytes } from "../../../src/data/catalogue/download/display-bytes.ts";
import { pauseAfter, retryAfter, sleep } from "../../../src/data/catalogue/download/retry.ts";

test.each([
  [0, "0 bytes"],
  [1, "1 byte"],
  [999, "999 bytes"],
  [1745, "1.7 kB"],
  [600_901, "601 kB"],
  [999_499, "999 kB"],
  [999_500, "1.0 MB"],
  [84_125_825, "84.1 MB"],
  [2.5e12, "2.5 TB"],
  [4e15, "4000 TB"],
])("%d bytes are shown as %s", (bytes, shown) => {
  expect(displayBytes(bytes)).toBe(shown);
});

test("pauses double up to half a minute, and are between half of that and the whole", () => {
  expect([1, 2, 3, 7, 20].map((failures) => pauseAfter(failures, 0))).toEqual([
    250, 500, 1000, 15_000, 15_000,
  ]);
  expect(pauseAfter(2, 1)).toBe(1000);
});

test("Retry-After: seconds, a date, a date that is past, nonsense", () => {
  const today = Date.UTC(2026, 2, 2, 10, 0, 0);
  expect(retryAfter("7", today)).toBe(7000);
  expect(retryAfter("Mon, 02 Mar 2026 10:00:05 GMT", today)).toBe(5000);
  expect(retryAfter("Mon, 02 Mar 2026 09:00:00 GMT", today)).toBe(0);
  expect(retryAfter("soon", today)).toBeUndefined();
  expect(retryAfter(null, today)).toBeUndefined();
});

test("a pause ends when it is over, and when it is stopped", async () => {
  await sleep(1, new AbortController().signal);
  await expect(sleep(1e6, AbortSignal.abort(new Error("no")))).rejects.toThrow("no");
  const controller = new AbortController();
  const pause = sleep(1e6, controller.signal);
  controller.abort(new Error("enough"));
  await expect(pause).rejects.toThrow("enough");
});

describe("what a connection's error means", () => {
  const failed = (code: string) =>
    new TypeError("fetch failed", { cause: Object.assign(new Error("deep"), { code }) });

  test.each([
    ["ENOTFOUND", "offline", "the name of its server is not known (ENOTFOUND)"],
    ["EAI_AGAIN", "offline", "the name of its server cannot be looked up now (EAI_AGAIN)"],
    ["UND_ERR_CONNECT_TIMEOUT", "offline", "its server does not answer (UND_ERR_CONNECT_TIMEOUT)"],
    ["ECONNRESET", "again", "the connection was cut (ECONNRESET)"],
    ["UND_ERR_SOCKET", "again", "the connection was cut (UND_ERR_SOCKET)"],
    ["CERT_HAS_EXPIRED", "useless", "its certificate is not trusted (CERT_HAS_EXPIRED)"],
    ["DEPTH_ZERO_SELF_SIGNED_CERT", "useless", "name its certificate in NODE_EXTRA_CA_CERTS"],
  ])("%s", (code, kind, problem) => {
    const failure = connectionFailure(failed(code));
    expect(failure.kind).toBe(kind);
    expect(failure.problem).toContain(problem);
  });

  test("several addresses of one name, none of which was reached; an error without a code", () => {
    const each = Object.assign(new Error("connect"), { code: "ECONNREFUSED" });
    const all = new TypeError("fetch failed", { cause: new AggregateError([each, each]) });
    expect(connectionFailure(all).kind).toBe("offline");
    expect(connectionFailure(new TypeError("terminated"))).toEqual({
      kind: "again",
      problem: "the connection was cut (terminated)",
    });
  });
});
