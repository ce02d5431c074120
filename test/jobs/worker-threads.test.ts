import { afterEach, expect, test } from "vitest";
import type { Executor, Job } from "../../src/jobs/executor.ts";
import { workerThreads } from "../../src/jobs/worker-threads.ts";
import { RecurraError } from "../../src/platform/error.ts";

const module = new URL("./sample-jobs.ts", import.meta.url).href;
const job = (name: string, input: unknown = {}): Job => ({ module, function: name, input });

let executor: Executor | undefined;
afterEach(() => executor?.end());

test("results come in the order of the jobs, whichever ends first", async () => {
  executor = workerThreads(2);
  const ended: number[] = [];
  const results = await executor.run(
    [60, 1, 20, 2].map((milliseconds) => job("slow", { milliseconds })),
    { onResult: (_, index) => ended.push(index) },
  );
  expect(results).toEqual([60, 1, 20, 2]);
  expect([...ended].sort()).toEqual([0, 1, 2, 3]);
});

test("typed arrays reach the other thread, and threads are used again", async () => {
  executor = workerThreads(1);
  expect(await executor.run([job("sum", { values: Float64Array.of(1, 2, 3.5) })])).toEqual([6.5]);
  expect(await executor.run([job("sum", { values: Float64Array.of(4) })])).toEqual([4]);
});

test("the error of a job keeps its code and message", async () => {
  executor = workerThreads(2);
  const failing = executor.run([job("slow", { milliseconds: 5 }), job("fail")]);
  await expect(failing).rejects.toThrow(new RecurraError("sample", "this job fails on purpose"));
  await expect(failing).rejects.toMatchObject({ code: "sample" });
});

test("after an error the executor can be used again", async () => {
  executor = workerThreads(1);
  await expect(executor.run([job("fail")])).rejects.toMatchObject({ code: "sample" });
  expect(await executor.run([job("slow", { milliseconds: 1 })])).toEqual([1]);
});

test("a job that never ends is ended by the signal", async () => {
  executor = workerThreads(1);
  const controller = new AbortController();
  const running = executor.run([job("forever")], { signal: controller.signal });
  setTimeout(() => controller.abort(new RecurraError("stopped", "stopped")), 50);
  await expect(running).rejects.toMatchObject({ code: "stopped" });
});

test("what cannot be run is named", async () => {
  executor = workerThreads(1);
  await expect(executor.run([job("nothing")])).rejects.toThrow('exports no function "nothing"');
  await expect(executor.run([job("sum", { call: () => 1 })])).rejects.toThrow(
    "the input of sum cannot be copied",
  );
  expect(() => workerThreads(0)).toThrow("threads is 0; wanted a whole number from 1 on");
});
