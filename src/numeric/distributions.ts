// The distributions that intervals and tests need: normal, Student's t, chi-squared, and the gamma and beta functions below them.

/**
 * The natural logarithm of the gamma function.
 *
 * @param x above 0
 * @returns NaN for anything else
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return Number.NaN;
  if (x < 0.5) return Math.log(Math.PI / Math.sin(Math.PI * x)) - logGamma(1 - x);
  // Lanczos' approximation with g = 7 and nine terms (SIAM Journal on Numerical Analysis B1, 1964), good to 1e-15.
  const z = x - 1;
  const sum = LANCZOS.reduce((total, c, i) => total + (i === 0 ? c : c / (z + i)), 0);
  const t = z + 7.5;
  return HALF_LOG_TWO_PI + (z + 0.5) * Math.log(t) - t + Math.log(sum);
}

const HALF_LOG_TWO_PI = 0.9189385332046728;

const LANCZOS = [
  0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406,
  12.507343278686905, -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
];

/**
 * The regularised lower incomplete gamma function P(a, x), by its series or its continued fraction (Abramowitz and Stegun 1964,
 * 6.5.29 and 6.5.31).
 *
 * @param a above 0
 * @param x from 0 up
 * @returns NaN outside of these
 */
export function incompleteGamma(a: number, x: number): number {
  if (!(a > 0) || !(x >= 0)) return Number.NaN;
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  const front = Math.exp(a * Math.log(x) - x - logGamma(a));
  if (x < a + 1) {
    let term = 1 / a;
    let sum = term;
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= x / (a + n);
      sum += term;
    }
    return front * sum;
  }
  const fraction = continuedFraction(
    x + 1 - a,
    (n) => n * (a - n),
    (n) => x + 2 * n + 1 - a,
  );
  return 1 - front / fraction;
}

/**
 * The regularised incomplete beta function I_x(a, b), by its continued fraction (Abramowitz and Stegun 1964, 26.5.8).
 *
 * @param x in [0, 1]
 * @param a above 0
 * @param b above 0
 * @returns NaN outside of these
 */
export function incompleteBeta(x: number, a: number, b: number): number {
  if (!(a > 0) || !(b > 0) || !(x >= 0 && x <= 1)) return Number.NaN;
  return incompleteBetaOf(x, 1 - x, a, b);
}

/** @param rest 1 - x, with all its digits */
function incompleteBetaOf(x: number, rest: number, a: number, b: number): number {
  if (x === 0 || rest === 0) return x;
  // The fraction converges fast below the mean, and I_x(a, b) = 1 - I_{1-x}(b, a).
  if (x > (a + 1) / (a + b + 2)) return 1 - betaBelowMean(rest, b, a, x);
  return betaBelowMean(x, a, b, rest);
}

function betaBelowMean(x: number, a: number, b: number, rest: number): number {
  const logX = x > 0.5 ? Math.log1p(-rest) : Math.log(x);
  const front = Math.exp(a * logX + b * Math.log(rest) - logBeta(a, b)) / a;
  const numerator = (n: number): number => {
    const m = Math.floor(n / 2);
    return n % 2 === 0
      ? (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m))
      : (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
  };
  return front / continuedFraction(1, numerator, () => 1);
}

/** The logarithm of the beta function, which loses no digits where one of its arguments is large. */
function logBeta(a: number, b: number): number {
  const [small, large] = a < b ? [a, b] : [b, a];
  if (large < 10) return logGamma(a) + logGamma(b) - logGamma(a + b);
  // log Γ(large) - log Γ(large + small) by Stirling's formula, term by term.
  const difference =
    small -
    (large - 0.5) * Math.log1p(small / large) -
    small * Math.log(large + small) +
    stirlingRest(large) -
    stirlingRest(large + small);
  return logGamma(small) + difference;
}

/** log Γ(x) - ((x - ½) log x - x + ½ log 2π) for x from 10 up (Abramowitz and Stegun 1964, 6.1.41). */
function stirlingRest(x: number): number {
  const square = 1 / (x * x);
  return polynomial([1 / 12, -1 / 360, 1 / 1260, -1 / 1680, 1 / 1188, -691 / 360360], square) / x;
}

/** b0 + a1 / (b1 + a2 / (b2 + …)) by Lentz's method as Thompson and Barnett have it (Journal of Computational Physics 64, 1986). */
function continuedFraction(b0: number, a: (n: number) => number, b: (n: number) => number): number {
  const tiny = 1e-300;
  let result = b0 === 0 ? tiny : b0;
  let c = result;
  let d = 0;
  for (let n = 1; n < 100_000; n++) {
    const an = a(n);
    const bn = b(n);
    d = bn + an * d;
    if (d === 0) d = tiny;
    c = bn + an / c;
    if (c === 0) c = tiny;
    d = 1 / d;
    const change = c * d;
    result *= change;
    if (Math.abs(change - 1) < 1e-16) break;
  }
  return result;
}

/** The probability that a chi-squared variable with `df` degrees of freedom is at most `x`. @param df above 0 */
export function chiSquaredCdf(x: number, df: number): number {
  return x <= 0 ? 0 : incompleteGamma(df / 2, x / 2);
}

/**
 * The probability that a Student-t variable is at most `x`.
 *
 * @param df degrees of freedom, above 0, whole or not; Infinity for the normal distribution
 */
export function studentTCdf(x: number, df: number): number {
  if (df === Infinity) return normalCdf(x);
  const square = x * x;
  if (square === Infinity) return x > 0 ? 1 : 0;
  const tail = incompleteBetaOf(df / (df + square), square / (df + square), df / 2, 0.5) / 2;
  return x > 0 ? 1 - tail : tail;
}

/**
 * The value that a Student-t variable stays below with the probability `p`.
 *
 * @param p in [0, 1]
 * @param df degrees of freedom, above 0, whole or not; Infinity for the normal distribution
 * @returns ±Infinity at the ends, NaN outside
 */
export function studentTQuantile(p: number, df: number): number {
  if (!(p >= 0 && p <= 1) || !(df > 0)) return Number.NaN;
  if (df === Infinity || p === 0 || p === 1) return normalQuantile(p);
  if (p === 0.5) return 0;
  if (p > 0.5) return -studentTQuantile(1 - p, df);
  if (df === 1) return -1 / Math.tan(Math.PI * p);
  if (df === 2) return (2 * p - 1) / Math.sqrt(2 * p * (1 - p));
  // Newton's steps on log F, which is concave and near a straight line in log -x at the tail, between ends that hold the root.
  const logDensity = logGamma((df + 1) / 2) - logGamma(df / 2) - Math.log(df * Math.PI) / 2;
  let [low, high] = [-Infinity, 0];
  let x = normalQuantile(p);
  for (let i = 0; i < 200; i++) {
    const cdf = studentTCdf(x, df);
    if (cdf > p) high = x;
    else low = x;
    const density = Math.exp(logDensity - ((df + 1) / 2) * Math.log1p((x * x) / df));
    let next = x - (cdf / density) * Math.log(cdf / p);
    if (!(next > low && next < high)) next = low === -Infinity ? 2 * x : (low + high) / 2;
    if (Math.abs(next - x) <= 1e-15 * Math.abs(x)) return next;
    x = next;
  }
  return x;
}

/** The probability that a standard normal variable is at most `x`: Cody's rational approximations (Mathematics of Computation 23, 1969). */
export function normalCdf(x: number): number {
  if (Number.isNaN(x)) return x;
  const y = Math.abs(x);
  if (y <= 0.67448975) {
    const square = y * y;
    return 0.5 + (x * polynomial(CENTRE_P, square)) / polynomial(CENTRE_Q, square);
  }
  let ratio: number;
  if (y <= Math.sqrt(32)) ratio = polynomial(MIDDLE_P, y) / polynomial(MIDDLE_Q, y);
  else if (y < 40) {
    const square = 1 / (y * y);
    ratio = (INV_SQRT_TWO_PI - (square * polynomial(TAIL_P, square)) / polynomial(TAIL_Q, square)) / y;
  } else return x > 0 ? 1 : 0;
  // exp(-y²/2) in two factors, of which the first is exact in y², keeps the digits that y² would lose.
  const whole = Math.trunc(y * 16) / 16;
  const tail = Math.exp((-whole * whole) / 2) * Math.exp((-(y - whole) * (y + whole)) / 2) * ratio;
  return x > 0 ? 1 - tail : tail;
}

/** The value that a standard normal variable stays below with the probability `p`: AS 241, PPND16 (Wichura, Applied Statistics 37, 1988). */
export function normalQuantile(p: number): number {
  if (!(p > 0 && p < 1)) return p === 0 ? -Infinity : p === 1 ? Infinity : Number.NaN;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) {
    const r = 0.180625 - q * q;
    return (q * polynomial(AS241_A, r)) / polynomial(AS241_B, r);
  }
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const size =
    r <= 5
      ? polynomial(AS241_C, r - 1.6) / polynomial(AS241_D, r - 1.6)
      : polynomial(AS241_E, r - 5) / polynomial(AS241_F, r - 5);
  return q < 0 ? -size : size;
}

/** Σ coefficients[i] xⁱ */
function polynomial(coefficients: readonly number[], x: number): number {
  let sum = 0;
  for (let i = coefficients.length - 1; i >= 0; i--) sum = sum * x + (coefficients[i] ?? 0);
  return sum;
}

const INV_SQRT_TWO_PI = 0.3989422804014327;

// The lists begin with the coefficient of x⁰.
const CENTRE_P = [
  18154.98125334356, 1067.6894854603709, 161.02823106855587, 2.2352520354606837, 0.06568233791820745,
];
const CENTRE_Q = [45507.78933502673, 10260.932208618979, 976.0985517377767, 47.202581904688245, 1];
const MIDDLE_P = [
  9842.714838383978, 11602.65143764735, 6848.190450536283, 2494.5375852903726, 597.2702763948002,
  93.50665613217785, 8.883149794388377, 0.39894151208813466, 1.0765576773720192e-8,
];
const MIDDLE_Q = [
  19685.429676859992, 38912.00328609327, 34900.95272114598, 18615.571640885097, 6485.558298266761,
  1519.3775994075547, 235.387901782625, 22.266688044328117, 1,
];
const TAIL_P = [
  2.9112874951168793e-5, 0.0014216191932278934, 0.022235277870649807, 0.12740116116024736, 0.215898534057957,
  0.023073441764940174,
];
const TAIL_Q = [
  7.297515550839662e-5, 0.0037823963320275824, 0.06598813786892856, 0.4682382124808651, 1.284260096144911, 1,
];
const AS241_A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987,
  67265.7709270087, 33430.57558358813, 2509.0809287301227,
];
const AS241_B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271,
  28729.085735721943, 5226.495278852854,
];
const AS241_C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684,
  0.2417807251774506, 0.022723844989269184, 0.0007745450142783414,
];
const AS241_D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457,
  0.0005475938084995345, 1.0507500716444169e-9,
];
const AS241_E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124,
  0.0012426609473880784, 2.7115555687434876e-5, 2.0103343992922881e-7,
];
const AS241_F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133,
  1.8463183175100548e-5, 1.421511758316446e-7, 2.0442631033899397e-15,
];
