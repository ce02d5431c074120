// MiniRocket: ten thousand features of fixed convolution kernels, and ridge regression on them.

import { checkOptionNames } from "../../nn/choice.ts";
import { checkCounts } from "../../nn/option-checks.ts";
import { NdArray } from "../../tensor/nd-array.ts";
import type { FittedMethod, Method, MethodState, MethodTask, Sample, Samples } from "./method.ts";
import { fitRidge, type RidgeClassifier, ridgeProbabilities } from "./ridge.ts";
import { fitKernels, type RocketKernels, RocketTransform } from "./rocket-kernels.ts";
import { arrayOf, numberOf } from "./saved.ts";
import { Turns } from "./turns.ts";

export interface RocketConfig {
  /** Features made of a series, at most; a multiple of 84 is taken. Default 10,000. */
  readonly features?: number | undefined;
}

/** Series whose features are in memory at once in predictions. */
const CHUNK = 128;

/** The part of a fit that making the features takes, by and large. */
const TRANSFORM_SHARE = 0.7;

/**
 * MiniRocket with a ridge classifier: fast, and among the most accurate that there are on small and middle-sized sets. Series may have any
 * lengths and several channels.
 *
 * Source: Dempster, Schmidt and Webb, KDD 2021; the ridge classifier as in scikit-learn's `RidgeClassifierCV`, which they use.
 *
 * @throws RecurraError `unknown-option`, `option-value`
 */
export function rocket(config: RocketConfig = {}): Method {
  checkOptionNames("rocket", config, ["features"]);
  const { features = 10_000 } = config;
  checkCounts("rocket", { features });
  return {
    name: "rocket",
    fit: (training, task) => fitRocket(training, task, features),
    async restore(state, classes) {
      const kernels = kernelsOf(state);
      return fitted(kernels, classifierOf(state), classes);
    },
  };
}

async function fitRocket(
  { x, labels, classes }: Samples,
  task: MethodTask,
  features: number,
): Promise<FittedMethod> {
  const kernels = fitKernels(x, features, task.seed);
  const transform = new RocketTransform(kernels);
  const all = new Float32Array(x.length * transform.features);
  await writeFeatures(transform, x, all, task.signal, (done) =>
    task.onProgress?.({ done: TRANSFORM_SHARE * done }),
  );
  const { classWeight, seed, signal } = task;
  const classifier = await fitRidge(all, labels, { classes, classWeight, seed, signal });
  task.onProgress?.({ done: 1 });
  return fitted(kernels, classifier, classes);
}

function fitted(kernels: RocketKernels, classifier: RidgeClassifier, classes: number): FittedMethod {
  const transform = new RocketTransform(kernels);
  return {
    async probabilities(x) {
      const result = new Float64Array(x.length * classes);
      for (let start = 0; start < x.length; start += CHUNK) {
        const chunk = x.slice(start, start + CHUNK);
        const features = new Float32Array(chunk.length * transform.features);
        await writeFeatures(transform, chunk, features);
        result.set(ridgeProbabilities(classifier, features, classes), start * classes);
      }
      return result;
    },
    describe: () => ({
      features: transform.features,
      dilations: kernels.dilations.length,
      penalty: classifier.penalty,
    }),
    state: () => ({
      json: { sharpness: classifier.sharpness, penalty: classifier.penalty },
      arrays: {
        dilations: vector(kernels.dilations),
        counts: vector(kernels.counts),
        biases: vector(kernels.biases),
        channelStarts: vector(kernels.channelStarts),
        channels: vector(kernels.channels),
        means: vector(classifier.means),
        weights: vector(classifier.weights),
        intercepts: vector(classifier.intercepts),
      },
    }),
  };
}

/** @param result [N, F] */
async function writeFeatures(
  transform: RocketTransform,
  x: readonly Sample[],
  result: Float32Array,
  signal?: AbortSignal,
  onDone?: (done: number) => void,
): Promise<void> {
  const width = transform.features;
  const turns = new Turns();
  for (const [n, sample] of x.entries()) {
    transform.write(sample, result.subarray(n * width, (n + 1) * width));
    if (await turns.give(signal)) onDone?.((n + 1) / x.length);
  }
}

function kernelsOf(state: MethodState): RocketKernels {
  const ints = (name: string) => Int32Array.from(arrayOf(state, name).toArray());
  return {
    dilations: ints("dilations"),
    counts: ints("counts"),
    biases: Float32Array.from(arrayOf(state, "biases").toFloat64()),
    channelStarts: ints("channelStarts"),
    channels: ints("channels"),
  };
}

function classifierOf(state: MethodState): RidgeClassifier {
  return {
    means: Float32Array.from(arrayOf(state, "means").toFloat64()),
    weights: Float32Array.from(arrayOf(state, "weights").toFloat64()),
    intercepts: arrayOf(state, "intercepts").toFloat64(),
    sharpness: numberOf(state.json, "sharpness"),
    penalty: numberOf(state.json, "penalty"),
  };
}

function vector(values: Float32Array | Float64Array | Int32Array): NdArray {
  return new NdArray(values, [values.length]);
}
