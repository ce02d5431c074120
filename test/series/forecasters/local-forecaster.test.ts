import { afterEach, expect, test } from "vitest";
import type { Executor, Job } from "../../../src/jobs/executor.ts";
import { workerThreads } from "../../../src/jobs/worker-threads.ts";
import {
  fitLocal,
  type LocalFitInput,
  LocalForecaster,
} from "../../../src/series/forecasters/local-forecaster.ts";
import type { LocalModel } from "../../../src/series/forecasters/local-model.ts";
import { timeSeries } from "../../../src/series/observed/series.ts";
import { makeForecaster } from "../../../src/series/registry.ts";
import { fitSeries } from "../../../src/series/series-jobs.ts";
import { growthModel } from "../stand-in.ts";

let executor: Executor | undefined;
afterEach(() => executor?.end());

const growing = (count: number) =>
  Array.from({ length: count }, (_, i) =>
    timeSeries(
      Array.from({ length: 30 }, (_, t) => i + t * (1 + (i % 7))),
      { name: `series ${i}`, season: 6 },
    ),
  );

/** Takes a few milliseconds for a series, as real models do. */
const slow: LocalModel = {
  ...(growthModel("slow", 4) as LocalModel),
  fit(series, task) {
    const end = performance.now() + 5;
    while (performance.now() < end);
    return growthModel("slow", 4).fit(series, task);
  },
};

test("what would take long goes to the executor, and comes back in the order of the series", async () => {
  const series = growing(400);
  const sent: LocalFitInput[] = [];
  const quick = new LocalForecaster(growthModel("slow", 4) as LocalModel, { name: "slow" });
  const inPlace: Executor = {
    slots: 2,
    async run(jobs: readonly Job[], options) {
      return jobs.map((job, index) => {
        const input = job.input as LocalFitInput;
        sent.push(input);
        const result = input.series.map((one) => fitLocal(quick, one, input.task));
        options?.onResult?.(result, index);
        return result;
      });
    },
    async end() {},
  };
  const forecaster = new LocalForecaster(slow, { name: "slow" }, { module: "", function: "" });
  const shares: number[] = [];
  const fitted = await forecaster.fit(series, {
    horizon: 3,
    executor: inPlace,
    onProgress: ({ share }) => shares.push(share),
  });
  const away = sent.reduce((sum, input) => sum + input.series.length, 0);
  expect(away).toBeGreaterThan(200);
  expect(away).toBeLessThan(400);
  const alone = await quick.fit(series, { horizon: 3 });
  expect(await fitted.predict()).toEqual(await alone.predict());
  expect(shares.at(-1)).toBe(1);
  expect(shares).toEqual([...shares].sort((a, b) => a - b));
  // A view into a large buffer would be copied whole.
  for (const {
    series: [first],
  } of sent)
    expect(first?.values.buffer.byteLength).toBe(first?.values.byteLength);
});

test("another thread fits the same", async () => {
  executor = workerThreads(1);
  const series = growing(3);
  const input = { config: { name: "drift" }, task: { horizon: 2, seed: 0 }, series };
  const job = {
    module: new URL("../../../src/series/series-jobs.ts", import.meta.url).href,
    function: "fitSeries",
    input,
  };
  expect(await executor.run([job])).toEqual([fitSeries(input)]);
});

test("a series that does not suit the model is named with what is wrong", async () => {
  const [good] = growing(1);
  const holed = timeSeries([1, Number.NaN, 3], { name: "holed" });
  const endless = timeSeries([1, Number.POSITIVE_INFINITY, 3], { name: "endless" });
  const drift = makeForecaster("moving-average");
  if (good === undefined) throw new Error("no series");
  await expect(drift.fit([good, endless], { horizon: 1 })).rejects.toThrow(
    'Series "endless": value 2 of 3 is Infinity; wanted finite numbers',
  );
  await expect(growthForecaster().fit([holed], { horizon: 1 })).rejects.toThrow(
    /"holed": 1 value of 3 is missing, and growth takes none/,
  );
  await expect(growthForecaster().fit([timeSeries([], { name: "none" })], { horizon: 1 })).rejects.toThrow(
    'Series "none": it has 0 rows, and growth needs at least 2',
  );
});

test("a model of single series takes no others, unless it can go on", async () => {
  const series = growing(2);
  const fitted = await growthForecaster().fit(series, { horizon: 2 });
  expect(fitted.takesOthers).toBe(false);
  await expect(fitted.predict({ series })).rejects.toThrow(
    "growth knows nothing but the series it was fitted to",
  );
  const naive = await makeForecaster("naive").fit(series, { horizon: 2 });
  const longer = series.map((one) => ({ ...one, values: Float64Array.of(...one.values, 7) }));
  expect((await naive.predict({ series: longer })).map((forecast) => forecast?.mean[0])).toEqual([7, 7]);
  await expect(naive.predict({ series: [...longer].reverse() })).rejects.toThrow(
    "the same series, in the same order",
  );
});

function growthForecaster(): LocalForecaster {
  return new LocalForecaster(growthModel("growth", 1) as LocalModel, { name: "growth" });
}
