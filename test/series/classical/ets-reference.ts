// What R's `ets` finds: its parameters, likelihoods and forecasts, for the tests of exponential smoothing.

import type { SmoothingParameters } from "../../../src/series/classical/ets/admissible.ts";
import type { EtsForm } from "../../../src/series/classical/ets/form.ts";
import type { FirstStates } from "../../../src/series/classical/ets/objective.ts";

export interface EtsReference {
  readonly series: "oil" | "tourists";
  readonly form: EtsForm;
  readonly smoothing: SmoothingParameters;
  readonly states: FirstStates;
  readonly logLikelihood: number;
  /** σ², with the errors relative where the form's are. */
  readonly variance: number;
  /** The next four steps. */
  readonly forecast: readonly number[];
}

/** Saudi Arabia's oil production 1965 to 2013, in millions of tonnes: `oil` of the R package fpp2. */
export const oil = [
  111.0091346, 130.8284341, 141.2870879, 154.2277747, 162.7408654, 192.1664835, 240.7997253, 304.2173901,
  384.0045673, 429.6621566, 359.3169299, 437.2518544, 468.4007898, 424.4353365, 487.9794299, 509.8284478,
  506.3472527, 340.1842374, 240.258921, 219.0327876, 172.0746632, 252.5900922, 221.0710774, 276.5187735,
  271.1479517, 342.6186005, 428.3558357, 442.3945534, 432.7851482, 437.2497186, 437.2091599, 445.3640981,
  453.1950104, 454.409641, 422.3789058, 456.0371217, 440.3866047, 425.1943725, 486.2051735, 500.4290861,
  521.2759092, 508.947617, 488.8888577, 509.870575, 456.7229123, 473.8166029, 525.9508706, 549.8338076,
  542.3404698,
];

/** Quarterly nights of visitors in Australia, 1999 to 2015, in millions: `austourists` of the R package fpp2. */
export const tourists = [
  30.052513, 19.148496, 25.317692, 27.591437, 32.076456, 23.487961, 28.47594, 35.123753, 36.838485, 25.007017,
  30.72223, 28.693759, 36.640986, 23.824609, 29.311683, 31.770309, 35.177877, 19.775244, 29.60175, 34.538842,
  41.273599, 26.655862, 28.279859, 35.191153, 42.20566386, 24.64917133, 32.66733514, 37.25735401, 45.24246027,
  29.35048127, 36.34420728, 41.78208136, 49.27659843, 31.27540139, 37.85062549, 38.83704413, 51.23690034,
  31.83855162, 41.32342126, 42.79900337, 55.70835836, 33.40714492, 42.31663797, 45.15712257, 59.57607996,
  34.83733016, 44.84168072, 46.9712496, 60.01903094, 38.37117851, 46.97586413, 50.73379646, 61.64687319,
  39.29956937, 52.67120908, 54.33231689, 66.83435838, 40.87118847, 51.82853579, 57.49190993, 65.25146985,
  43.06120822, 54.76075713, 59.83447494, 73.25702747, 47.69662373, 61.09776802, 66.05576122,
];

/** Monthly accidental deaths in the United States, 1973 to 1978: `USAccDeaths` of R. */
export const accidentalDeaths = [
  9007, 8106, 8928, 9137, 10017, 10826, 11317, 10744, 9713, 9938, 9161, 8927, 7750, 6981, 8038, 8422, 8714,
  9512, 10120, 9823, 8743, 9129, 8710, 8680, 8162, 7306, 8124, 7870, 9387, 9556, 10093, 9620, 8285, 8466,
  8160, 8034, 7717, 7461, 7767, 7925, 8623, 8945, 10078, 9179, 8037, 8488, 7874, 8647, 7792, 6957, 7726, 8106,
  8890, 9299, 10625, 9302, 8314, 8850, 8265, 8796, 7836, 6892, 7791, 8192, 9115, 9434, 10484, 9827, 9110,
  9070, 8633, 9240,
];

/**
 * `ets(oil, model, damped)` and `ets(austourists, model, damped)` of the R package forecast, as statsmodels' tests keep them
 * (statsmodels 0.15, tsa/tests/results/fit_ets_results_nonseasonal.json and fit_ets_results_seasonal.json).
 */
export const references: readonly EtsReference[] = [
  {
    series: "oil",
    form: { error: "A", trend: "A", season: "N" },
    smoothing: { alpha: 0.99770564, beta: 0.0001001, gamma: 0, phi: 1 },
    states: { level: 21.3150686, slope: 11.71213626, season: [] },
    logLikelihood: -285.64745013,
    variance: 2571.94347286,
    forecast: [554.09126495, 565.79806815, 577.50487134, 589.21167453],
  },
  {
    series: "oil",
    form: { error: "M", trend: "A", season: "N" },
    smoothing: { alpha: 0.9998996, beta: 0.02781619, gamma: 0, phi: 1 },
    states: { level: 37.8545175, slope: 32.60926576, season: [] },
    logLikelihood: -293.30311473,
    variance: 0.02664264,
    forecast: [556.88153033, 571.42031554, 585.95910076, 600.49788597],
  },
  {
    series: "oil",
    form: { error: "A", trend: "N", season: "N" },
    smoothing: { alpha: 0.99989996, beta: 0, gamma: 0, phi: 1 },
    states: { level: 110.88321179, slope: 0, season: [] },
    logLikelihood: -285.07846207,
    variance: 2405.9689539,
    forecast: [542.34121919, 542.34121919, 542.34121919, 542.34121919],
  },
  {
    series: "oil",
    form: { error: "M", trend: "N", season: "N" },
    smoothing: { alpha: 0.99989932, beta: 0, gamma: 0, phi: 1 },
    states: { level: 108.50797841, slope: 0, season: [] },
    logLikelihood: -289.29728569,
    variance: 0.02465689,
    forecast: [542.34122401, 542.34122401, 542.34122401, 542.34122401],
  },
  {
    series: "oil",
    form: { error: "A", trend: "Ad", season: "N" },
    smoothing: { alpha: 0.99989969, beta: 0.11886985, gamma: 0, phi: 0.80000197 },
    states: { level: 36.46466837, slope: 34.72584983, season: [] },
    logLikelihood: -284.64438385,
    variance: 2524.87915822,
    forecast: [545.35213563, 547.76044926, 549.68710489, 551.22843318],
  },
  {
    series: "oil",
    form: { error: "M", trend: "Ad", season: "N" },
    smoothing: { alpha: 0.92024781, beta: 0.00010003, gamma: 0, phi: 0.96360848 },
    states: { level: 36.95199158, slope: 35.03197857, season: [] },
    logLikelihood: -292.23998794,
    variance: 0.02699609,
    forecast: [548.73324311, 554.01336256, 559.10133046, 564.00413949],
  },
  {
    series: "tourists",
    form: { error: "A", trend: "A", season: "A" },
    smoothing: { alpha: 0.20281952, beta: 0.00016979, gamma: 0.4645238, phi: 1 },
    states: {
      level: 23.06996036,
      slope: 0.57786622,
      season: [8.50287244, -8.97988612, -1.17750326, 1.65451693],
    },
    logLikelihood: -201.27311461,
    variance: 6.20560506,
    forecast: [75.34454396, 50.75845291, 63.05022495, 67.48394643],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "A", season: "A" },
    smoothing: { alpha: 0.41637192, beta: 0.00010001, gamma: 0.3529439, phi: 1 },
    states: {
      level: 25.70245461,
      slope: 0.44872759,
      season: [5.05727004, -6.84185501, -0.57933567, 2.36392064],
    },
    logLikelihood: -203.60021572,
    variance: 0.00435945,
    forecast: [75.69740289, 51.25292515, 63.34573483, 67.35397685],
  },
  {
    series: "tourists",
    form: { error: "A", trend: "N", season: "A" },
    smoothing: { alpha: 0.54216695, beta: 0, gamma: 0.39203017, phi: 1 },
    states: { level: 25.54638913, slope: 0, season: [4.84845926, -6.46658738, -0.53099835, 2.14912647] },
    logLikelihood: -204.28165362,
    variance: 6.56104274,
    forecast: [75.32914757, 50.16726775, 62.21021038, 65.90296904],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "N", season: "A" },
    smoothing: { alpha: 0.53284256, beta: 0, gamma: 0.34638743, phi: 1 },
    states: { level: 25.26691208, slope: 0, season: [4.47629872, -5.89550741, -0.51991064, 1.93911932] },
    logLikelihood: -206.75768291,
    variance: 0.00480682,
    forecast: [75.20474689, 50.31612149, 62.186139, 65.74530174],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "A", season: "M" },
    smoothing: { alpha: 0.31562139, beta: 0.00010001, gamma: 0.00010005, phi: 1 },
    states: {
      level: 24.74993982,
      slope: 0.51242558,
      season: [1.23309134, 0.77017133, 0.95960345, 1.03713388],
    },
    logLikelihood: -195.75179425,
    variance: 0.00346044,
    forecast: [77.58807372, 48.8558019, 61.36513172, 66.85524201],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "N", season: "M" },
    smoothing: { alpha: 0.60899314, beta: 0, gamma: 0.00016726, phi: 1 },
    states: { level: 29.67481548, slope: 0, season: [1.2317937, 0.76838081, 0.96140206, 1.03842344] },
    logLikelihood: -206.42027478,
    variance: 0.00475041,
    forecast: [77.78795149, 48.52405046, 60.7133168, 65.57737638],
  },
  {
    series: "tourists",
    form: { error: "A", trend: "Ad", season: "A" },
    smoothing: { alpha: 0.35445427, beta: 0.03200749, gamma: 0.39993387, phi: 0.97999997 },
    states: {
      level: 24.01278357,
      slope: 0.97770147,
      season: [5.34956637, -6.61171798, -0.50735902, 1.76951063],
    },
    logLikelihood: -200.02361522,
    variance: 6.0830734,
    forecast: [76.07768073, 51.61741109, 63.96457729, 68.27886241],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "Ad", season: "A" },
    smoothing: { alpha: 0.31114284, beta: 0.04721388, gamma: 0.30950232, phi: 0.8708892 },
    states: {
      level: 21.67128194,
      slope: 1.98691433,
      season: [6.43782633, -6.10365176, -1.37168288, 1.03750831],
    },
    logLikelihood: -204.85615892,
    variance: 0.00470153,
    forecast: [75.18545389, 51.10898524, 62.88324814, 66.74862479],
  },
  {
    series: "tourists",
    form: { error: "M", trend: "Ad", season: "M" },
    smoothing: { alpha: 0.48397584, beta: 0.00351728, gamma: 0.0001131, phi: 0.98 },
    states: { level: 23.54623801, slope: 0.7983291, season: [1.2341092, 0.77007856, 0.96050633, 1.0353059] },
    logLikelihood: -196.36297945,
    variance: 0.00361294,
    forecast: [78.09439198, 48.93807849, 61.29337201, 66.33465147],
  },
];
