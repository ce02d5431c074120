// The discrete Fourier transform of real values, of any length.

/** Real and imaginary parts. */
export interface Spectrum {
  readonly real: Float64Array;
  readonly imaginary: Float64Array;
}

/**
 * The discrete Fourier transform X_k = Σ_t x_t exp(-2πi kt / T), in O(T log T) for any T: by halves where T is a power of two, else as a
 * convolution (Bluestein 1970, IEEE Transactions on Audio and Electroacoustics 18(4)).
 *
 * @param values [T]
 * @returns [T] each
 */
export function fourierTransform(values: Float64Array): Spectrum {
  const length = values.length;
  const spectrum = { real: values.slice(), imaginary: new Float64Array(length) };
  if (length < 2) return spectrum;
  if ((length & (length - 1)) === 0) transformInPlace(spectrum, false);
  else return bluestein(values);
  return spectrum;
}

function bluestein(values: Float64Array): Spectrum {
  const length = values.length;
  const size = 2 ** Math.ceil(Math.log2(2 * length - 1));
  const a = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  const b = { real: new Float64Array(size), imaginary: new Float64Array(size) };
  // exp(-πi t² / T); t² is taken modulo 2T first, so that large angles lose no digits.
  const cosine = new Float64Array(length);
  const sine = new Float64Array(length);
  for (let t = 0; t < length; t++) {
    const angle = (Math.PI * ((t * t) % (2 * length))) / length;
    cosine[t] = Math.cos(angle);
    sine[t] = Math.sin(angle);
    a.real[t] = (values[t] ?? 0) * (cosine[t] ?? 0);
    a.imaginary[t] = -(values[t] ?? 0) * (sine[t] ?? 0);
    b.real[t] = cosine[t] ?? 0;
    b.imaginary[t] = sine[t] ?? 0;
    if (t === 0) continue;
    b.real[size - t] = cosine[t] ?? 0;
    b.imaginary[size - t] = sine[t] ?? 0;
  }
  transformInPlace(a, false);
  transformInPlace(b, false);
  multiplyInPlace(a, b);
  transformInPlace(a, true);
  const real = new Float64Array(length);
  const imaginary = new Float64Array(length);
  for (let k = 0; k < length; k++) {
    const [c, s] = [cosine[k] ?? 0, sine[k] ?? 0];
    const [x, y] = [(a.real[k] ?? 0) / size, (a.imaginary[k] ?? 0) / size];
    real[k] = x * c + y * s;
    imaginary[k] = y * c - x * s;
  }
  return { real, imaginary };
}

function multiplyInPlace(a: Spectrum, b: Spectrum): void {
  for (let i = 0; i < a.real.length; i++) {
    const [x, y, u, v] = [a.real[i] ?? 0, a.imaginary[i] ?? 0, b.real[i] ?? 0, b.imaginary[i] ?? 0];
    a.real[i] = x * u - y * v;
    a.imaginary[i] = x * v + y * u;
  }
}

/** Cooley and Tukey's transform of a power of two; backwards without the division by T. */
function transformInPlace({ real, imaginary }: Spectrum, backwards: boolean): void {
  const length = real.length;
  for (let i = 1, j = 0; i < length; i++) {
    let bit = length >> 1;
    for (; j & bit; bit >>= 1) j ^= bit;
    j ^= bit;
    if (i >= j) continue;
    [real[i], real[j]] = [real[j] ?? 0, real[i] ?? 0];
    [imaginary[i], imaginary[j]] = [imaginary[j] ?? 0, imaginary[i] ?? 0];
  }
  for (let size = 2; size <= length; size *= 2) {
    const half = size / 2;
    const turn = ((backwards ? 2 : -2) * Math.PI) / size;
    for (let k = 0; k < half; k++) {
      const [c, s] = [Math.cos(turn * k), Math.sin(turn * k)];
      for (let i = k; i < length; i += size) {
        const [x, y] = [real[i + half] ?? 0, imaginary[i + half] ?? 0];
        const [u, v] = [x * c - y * s, x * s + y * c];
        const [p, q] = [real[i] ?? 0, imaginary[i] ?? 0];
        real[i] = p + u;
        imaginary[i] = q + v;
        real[i + half] = p - u;
        imaginary[i + half] = q - v;
      }
    }
  }
}
