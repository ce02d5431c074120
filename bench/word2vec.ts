// word2vec on WikiText-2 (validation, test) and IMDB's training texts: words a second, and how good the vectors are.
//
//     npm run bench:word2vec -- [--architecture skipGram,cbow] [--passes 2] [--threads 2] [--seeds 3] [--data ../shared/data]
//
// To be held against the original C program (-O3 -march=native) with -size 100 -window 5 -negative 5 -sample 1e-3 -iter 2 -threads 2, on
// two cores: skip-gram 283,000 words a second, WordSim353 0.211, analogies 9.4 %; CBOW 1,060,000, 0.252, 9.4 %.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { gunzipSync } from "node:zlib";
import type { EmbedProgress } from "../src/text/embed/shares.ts";
import { word2vec } from "../src/text/embed/word2vec.ts";
import { evaluateAnalogies, evaluateSimilarity } from "../src/text/vectors/evaluation.ts";

/** How far a training is, by the wall clock and by the time of all cores (seconds). */
interface Moment {
  readonly done: number;
  readonly wall: number;
  readonly cpu: number;
}

const { values: options } = parseArgs({
  options: {
    architecture: { type: "string", default: "skipGram,cbow" },
    passes: { type: "string", default: "2" },
    threads: { type: "string", default: "2" },
    seeds: { type: "string", default: "3" },
    data: { type: "string", default: process.env.RECURRA_DATA ?? "../shared/data" },
  },
});
const [passes, threads, seeds] = [options.passes, options.threads, options.seeds].map(Number) as [
  number,
  number,
  number,
];
const read = (name: string) => readFileSync(join(options.data, name), "utf8");
const unzipped = (name: string) => gunzipSync(readFileSync(join(options.data, name))).toString();

const reviews = unzipped("imdb_full_train.tsv.gz").replace(/^[01]\t/gm, "");
const corpus = (unzipped("wikitext2_valid.txt.gz") + unzipped("wikitext2_test.txt.gz") + reviews)
  .toLowerCase()
  .replace(/[^a-z'\n]/g, " ");
const questions = read("questions-words.txt");
const pairs = read("wordsim353.tsv");

for (const architecture of options.architecture.split(",") as ("skipGram" | "cbow")[]) {
  const scores: { readonly spearman: number; readonly analogies: number }[] = [];
  for (let seed = 0; seed < seeds; seed++) {
    // From the first report on, so that reading the corpus does not count.
    let first: Moment | undefined;
    let last: Moment | undefined;
    let loss = Number.NaN;
    const onProgress = (progress: EmbedProgress) => {
      const { user, system } = process.cpuUsage();
      last = { done: progress.done, wall: performance.now() / 1000, cpu: (user + system) / 1e6 };
      first ??= last;
      if (!Number.isNaN(progress.loss)) loss = progress.loss;
    };
    const began = performance.now();
    const vectors = await word2vec([corpus], { architecture, passes, threads, seed, onProgress });
    const seconds = (performance.now() - began) / 1000;
    const { spearman, found } = evaluateSimilarity(vectors, pairs);
    const { total } = evaluateAnalogies(vectors, questions);
    scores.push({ spearman, analogies: 100 * total.accuracy });
    const perSecond = (clock: "wall" | "cpu") => {
      if (first === undefined || last === undefined) return "?";
      return `${((last.done - first.done) / (last[clock] - first[clock]) / 1000).toFixed(0)}k`;
    };
    console.log(
      `${architecture} seed ${seed}: ${vectors.size} words; ${perSecond("wall")} words/s, ${perSecond("cpu")} a second of CPU time ` +
        `(${threads} threads; ${seconds.toFixed(1)} s with reading); loss ${loss.toFixed(3)}; ` +
        `WordSim353 ${spearman.toFixed(3)} on ${found} pairs; analogies ${(100 * total.accuracy).toFixed(1)} % of ${total.asked}`,
    );
  }
  const mean = (of: (score: (typeof scores)[number]) => number) =>
    scores.reduce((sum, score) => sum + of(score), 0) / scores.length;
  console.log(
    `${architecture}, mean of ${seeds}: WordSim353 ${mean((score) => score.spearman).toFixed(3)}, analogies ${mean((score) => score.analogies).toFixed(2)} %`,
  );
}
