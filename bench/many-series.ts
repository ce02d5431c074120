// Many series: an automatic ETS for each of 10,000, and an epoch of one LSTM over all of them.
//
//     npm run bench:many-series -- [--series 10000] [--length 100] [--threads 2]

import { parseArgs } from "node:util";
import { makeForecaster, type Series, timeSeries, workerThreads } from "../src/series/index.ts";
import { Random } from "../src/tensor/random.ts";

const { values: options } = parseArgs({
  options: {
    series: { type: "string", default: "10000" },
    length: { type: "string", default: "100" },
    threads: { type: "string", default: "2" },
  },
});
const [count, length, threads] = [options.series, options.length, options.threads].map(Number) as [
  number,
  number,
  number,
];
const horizon = 12;

/** A level that wanders, a trend, and in every second series a season of 12. */
function simulated(index: number): Series {
  const noise = new Random(index).normal([2 * length]).data;
  let level = 100 + 10 * Number(noise[0]);
  const hasSeason = index % 2 === 0;
  const values = Array.from({ length }, (_, t) => {
    level += 0.3 + 0.5 * Number(noise[t]);
    return level + (hasSeason ? 15 * Math.sin((2 * Math.PI * t) / 12) : 0) + 2 * Number(noise[length + t]);
  });
  return timeSeries(values, { name: `series ${index}`, season: 12 });
}

const executor = workerThreads(threads);
const seconds = (from: number) => (performance.now() - from) / 1000;
const megabytes = () => Math.round(process.memoryUsage().rss / 2 ** 20);
for (const size of [count / 10, count]) {
  const series = Array.from({ length: size }, (_, index) => simulated(index));
  const began = performance.now();
  const fitted = await makeForecaster("ets").fit(series, { horizon, executor });
  const forecasts = await fitted.predict({ levels: [80] });
  const spent = seconds(began);
  const failed = forecasts.filter((forecast) => forecast === undefined).length;
  console.log(
    `automatic ETS, ${size} series × ${length}: ${spent.toFixed(1)} s, ${((1000 * spent) / size).toFixed(2)} ms a series, ${failed} failed, RSS ${megabytes()} MB`,
  );
}
await executor.end();

for (const size of [count / 10, count]) {
  const series = Array.from({ length: size }, (_, index) => simulated(index));
  const began = performance.now();
  const fitted = await makeForecaster({ name: "lstm", epochs: 1, threads }).fit(series, { horizon });
  const spent = seconds(began);
  console.log(
    `one epoch of a global LSTM, ${size} series × ${length}: ${spent.toFixed(1)} s, ${((1000 * spent) / size).toFixed(2)} ms a series, ${JSON.stringify(fitted.describe())}, RSS ${megabytes()} MB`,
  );
}
