// What a schedule is: its options and the formula, from the step to the learning rate.

/** The learning rate at a step; the first step is 0. */
export type Schedule = (step: number) => number;

/** A schedule that may be chosen by name. */
export interface ScheduleRule<Options extends object> {
  /** Names of its options. */
  readonly options: readonly (keyof Options & string)[];
  /**
   * Checks the options' values and gives the formula.
   *
   * @param what names the schedule in messages
   * @param resolve gives the schedule that an option stands for: a learning rate as optimisers take it
   */
  make(options: Options, what: string, resolve: (rate: unknown) => Schedule): Schedule;
}
