// Sampling: probabilities against Hugging Face's logits processors, and draws against the probabilities.

import { expect, test } from "vitest";
import { Sampler, type SamplingOptions } from "../../../src/text/language/sampling.ts";

const logits = Float32Array.of(2, 1, 0.5, -0.5, -1, 0.25);

test("probabilities are those of Hugging Face's processors in their order", () => {
  // transformers 5.18.0, torch 2.13.0: softmax of RepetitionPenaltyLogitsProcessor, TemperatureLogitsWarper, TopKLogitsWarper,
  // TopPLogitsWarper and MinPLogitsWarper of these logits, one after the other, with input_ids [0, 3].
  const cases: readonly (readonly [SamplingOptions, readonly number[]])[] = [
    [{}, [0.52724385, 0.19396217, 0.117644, 0.04327881, 0.02624993, 0.09162124]],
    [{ temperature: 0.5 }, [0.81663556, 0.11051961, 0.04065789, 0.00550245, 0.00202424, 0.02466026]],
    [{ topK: 3 }, [0.62853172, 0.2312239, 0.14024438, 0, 0, 0]],
    [{ topP: 0.75 }, [0.62853172, 0.2312239, 0.14024438, 0, 0, 0]],
    [{ minP: 0.2 }, [0.62853172, 0.2312239, 0.14024438, 0, 0, 0]],
    [{ repetitionPenalty: 1.5 }, [0.36885651, 0.26429723, 0.16030437, 0.04592797, 0.03576874, 0.12484517]],
    [
      { repetitionPenalty: 1.5, temperature: 0.8, topK: 4, topP: 0.9, minP: 0.1 },
      [0.44047645, 0.29037995, 0.15542919, 0, 0, 0.11371442],
    ],
  ];
  for (const [options, expected] of cases) {
    const sampler = new Sampler(options);
    sampler.see([0, 3]);
    const found = sampler.probabilities(logits);
    for (const [id, probability] of expected.entries()) expect(found[id]).toBeCloseTo(probability, 6);
  }
});

test("tokens as probable as the last of the top k stay, and of ties at the limit of top-p the lowest ids", () => {
  const even = Float32Array.of(1, 0, 1, 1);
  expect([...new Sampler({ topK: 2 }).probabilities(even)].map((p) => p > 0)).toEqual([
    true,
    false,
    true,
    true,
  ]);
  const flat = new Float32Array(10);
  expect([...new Sampler({ topP: 0.3 }).probabilities(flat)].filter((p) => p > 0)).toHaveLength(3);
  expect(new Sampler({ topP: 0.3 }).probabilities(flat)[2]).toBeCloseTo(1 / 3, 12);
});

test("temperature 0 takes the most probable token, after the penalty, and the first of several", () => {
  const sampler = new Sampler({ temperature: 0, repetitionPenalty: 3 });
  expect(sampler.sample(logits)).toBe(0); // 2 becomes 2/3
  expect(sampler.sample(logits)).toBe(1); // 1 becomes 1/3
  expect(sampler.sample(logits)).toBe(0);
  expect(new Sampler({ temperature: 0 }).sample(Float32Array.of(0, 1, 1))).toBe(1);
  expect(Array.from(new Sampler({ temperature: 0 }).probabilities(logits))).toEqual([1, 0, 0, 0, 0, 0]);
});

test("draws come as often as their probabilities say, and leave the logits as they are", () => {
  const options = { temperature: 1.3, topK: 4, seed: 7 };
  const sampler = new Sampler(options);
  const expected = sampler.probabilities(logits);
  const draws = 40_000;
  const counts = new Float64Array(logits.length);
  for (let i = 0; i < draws; i++) {
    const id = sampler.sample(logits);
    counts[id] = (counts[id] ?? 0) + 1;
  }
  for (const [id, probability] of expected.entries()) {
    const deviation = Math.sqrt(draws * probability * (1 - probability));
    expect(Math.abs((counts[id] ?? 0) - draws * probability)).toBeLessThanOrEqual(4 * deviation);
  }
  expect([...logits]).toEqual([2, 1, 0.5, -0.5, -1, 0.25]);
});

test("the same seed draws the same, another one something else", () => {
  const draw = (seed: number) => {
    const sampler = new Sampler({ seed });
    return Array.from({ length: 300 }, () => sampler.sample(logits)).join("");
  };
  expect(draw(1)).toBe(draw(1));
  expect(draw(1)).not.toBe(draw(2));
});

test("banned tokens and those of -Infinity are never drawn", () => {
  const sampler = new Sampler({ temperature: 5 }, [0, 9]);
  const found = sampler.probabilities(Float32Array.of(9, -Infinity, 1, 1));
  expect([...found]).toEqual([0, 0, 0.5, 0.5]);
});

test("many tokens are narrowed down without being sorted", () => {
  const size = 50_000;
  const many = Float32Array.from({ length: size }, (_, id) => -Math.abs(id - 777) / 10);
  const found = new Sampler({ topK: 21, topP: 0.5 }).probabilities(many);
  const kept = [...found.entries()].filter(([, p]) => p > 0).map(([id]) => id);
  // e^(-|d|/10) for |d| <= 10 adds to 13.16; half of it is reached with |d| <= 3 (6.02) and one of the two at 4 (0.67), the lower id.
  expect(kept).toEqual([773, 774, 775, 776, 777, 778, 779, 780]);
});

test("bad logits and options are named", () => {
  expect(() => new Sampler().sample(Float32Array.of(0, Number.NaN))).toThrow(/logit of token 1 is NaN/);
  expect(() => new Sampler().sample(Float32Array.of(Infinity, 0))).toThrow(/logit of token 0 is Infinity/);
  expect(() => new Sampler({}, [1]).sample(Float32Array.of(-Infinity, 0))).toThrow(
    /none of the 2 tokens may be drawn/,
  );
  expect(() => new Sampler({ topp: 0.5 } as SamplingOptions)).toThrow(
    /no option "topp". Did you mean "topP"/,
  );
  expect(() => new Sampler({ topK: 0 })).toThrow(/topK is to be a positive whole number, got 0/);
  expect(() => new Sampler({ topP: 1.5 })).toThrow(/topP is to be a number above 0, up to 1, got 1.5/);
  expect(() => new Sampler({ temperature: -1 })).toThrow(/temperature is to be a number from 0 up, got -1/);
});
