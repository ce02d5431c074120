// Periodograms of waves whose period is known, and against numpy's Fourier transform.

import { expect, test } from "vitest";
import { fourierTransform } from "../../../src/numeric/fourier.ts";
import { dominantPeriods, periodogram } from "../../../src/series/decompose/periodogram.ts";
import { airPassengers } from "../air-passengers.ts";

test("powers of the logarithms of AirPassengers", () => {
  // scipy.signal.detrend, then |numpy.fft.rfft|² / 144, scipy 1.17 and numpy
  const { powers, periods, frequencies } = periodogram(airPassengers.map(Math.log));
  expect(powers).toHaveLength(72);
  const expected = [
    0.08114870208021506, 0.036239968769271116, 0.8116931727257447, 0.2413593278198569, 0.0012501157818301694,
  ];
  for (const [i, k] of [1, 3, 12, 24, 72].entries()) {
    expect(powers[k - 1]).toBeCloseTo(expected[i] ?? 0, 12);
    expect(periods[k - 1]).toBeCloseTo(144 / k, 12);
    expect(frequencies[k - 1]).toBeCloseTo(k / 144, 15);
  }
});

test("AirPassengers has periods of a year and of half a year, and no others that noise would not have", () => {
  const peaks = dominantPeriods(periodogram(airPassengers.map(Math.log)));
  expect(peaks[0]?.period).toBeCloseTo(12, 9);
  expect(peaks[1]?.period).toBeCloseTo(6, 9);
  expect(peaks.map(({ pValue }) => pValue < 0.01)).toEqual([true, true, false, false, false]);
  expect(peaks[0]?.share).toBeCloseTo(0.591, 3);
});

test("a wave has one peak; its power is T/4 times the square of the amplitude", () => {
  const values = Float64Array.from({ length: 200 }, (_, t) => 3 * Math.cos((2 * Math.PI * t) / 8));
  const [first] = dominantPeriods(periodogram(values), 1);
  expect(first?.period).toBeCloseTo(8, 12);
  expect(first?.power).toBeCloseTo((200 * 9) / 4, 0);
});

test("a line and a constant have no period", () => {
  expect(dominantPeriods(periodogram(new Float64Array(50).fill(7.1)))).toEqual([]);
  expect(dominantPeriods(periodogram(Float64Array.from({ length: 50 }, (_, t) => 0.1 * t)))).toEqual([]);
});

test.each([1, 2, 8, 13, 60, 97])("a transform of %d values is the sum that it stands for", (length) => {
  const values = Float64Array.from({ length }, (_, t) => Math.sin(t * t) + t / length);
  const { real, imaginary } = fourierTransform(values);
  for (let k = 0; k < length; k++) {
    let [re, im] = [0, 0];
    for (const [t, value] of values.entries()) {
      re += value * Math.cos((2 * Math.PI * k * t) / length);
      im -= value * Math.sin((2 * Math.PI * k * t) / length);
    }
    expect(real[k]).toBeCloseTo(re, 10);
    expect(imaginary[k]).toBeCloseTo(im, 10);
  }
});

test("names what it cannot transform", () => {
  expect(() => periodogram(new Float64Array(3))).toThrow(
    "periodogram: there are 3 values; wanted at least 4",
  );
  expect(() => periodogram(Float64Array.of(1, 2, Infinity, 4))).toThrow(
    "periodogram: value 3 of 4 is Infinity",
  );
});
