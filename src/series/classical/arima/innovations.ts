// What a filter makes of columns: their innovations under an ARMA process, of which likelihoods and forecasts are made.

/**
 * Runs columns through a filter that an ARMA process defines: its innovations, the errors of predicting each value from those before,
 * divided by their standard deviations in units of the process's own innovations.
 */
export interface Filter {
  /**
   * @param columns [T] each
   * @param out [T] each; what is not predicted becomes 0
   * @param predictions [T] filled, where given, with what is predicted of the first column; NaN for what is not
   * @returns Σ log f_t over the variances of the errors, or Infinity for a process that is not stationary.
   */
  run(columns: readonly Float64Array[], out: readonly Float64Array[], predictions?: Float64Array): number;
  /** How many of the values counted as predicted in the last run. */
  readonly predicted: number;
}

/** A filter that can tell what comes next. */
export interface ForecastingFilter extends Filter {
  /** What is known of the next values after the last run, by column: the first number of each is what is expected of the next value. */
  readonly states: readonly Float64Array[];
}
