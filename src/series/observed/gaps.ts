// Missing times: refused, or added as rows without a value.

import type { Table } from "../../data/table.ts";
import { formatTime } from "../../data/time-style.ts";
import { RecurraError } from "../../platform/error.ts";
import { addSteps, type Frequency, frequencyName, stepNoun } from "./calendar.ts";
import { type Draft, rowAndTime, rowsAt, subjectOf, zoneHint } from "./draft.ts";
import { findIrregularity, type Irregularity, stepsBetween } from "./frequency.ts";

/** More times than this for each row, and more than 10,000, are a mistake and no gap. */
const MOST_ADDED = 20;

/**
 * The series with a row for each step, and how many were added. Single weekdays missing from business days are taken for holidays
 * where gaps are refused, and added where they are filled.
 *
 * @param add Whether missing times are added rather than refused.
 * @throws RecurraError `irregular-times` for times between the steps, `gaps`
 */
export function withoutGaps(
  draft: Draft,
  frequency: Frequency,
  add: boolean,
  table: Table,
): { draft: Draft; added: number } {
  const irregularity = findIrregularity(draft.times, frequency, add);
  if (irregularity === undefined) return { draft, added: 0 };
  if (irregularity.kind === "off-step") throw offStep(draft, irregularity.position, frequency, table);
  const { count } = irregularity;
  const rows = draft.times.length;
  if (!add)
    throw gaps(
      draft,
      irregularity,
      frequency,
      table,
      "or fill them with --missing (linear, seasonal, forward or zero)",
    );
  if (count > MOST_ADDED * rows && count > 10_000)
    throw gaps(
      draft,
      irregularity,
      frequency,
      table,
      "or name another frequency: these are too many to fill",
    );
  const places = new Int32Array(rows + count).fill(-1);
  const times = new Float64Array(rows + count);
  let next = 0;
  for (let t = 0; t < rows; t++) {
    const time = draft.times[t] ?? 0;
    places[next] = t;
    times[next++] = time;
    const steps = t + 1 < rows ? (stepsBetween(time, draft.times[t + 1] ?? 0, frequency) ?? 1) : 1;
    for (let step = 1; step < steps; step++) times[next++] = addSteps(time, step, frequency);
  }
  return { draft: rowsAt(draft, places, times), added: count };
}

function offStep(draft: Draft, t: number, frequency: Frequency, table: Table): RecurraError {
  const [row, before] = [rowAndTime(draft, t, table), rowAndTime(draft, t - 1, table)];
  return new RecurraError(
    "irregular-times",
    `${subjectOf(draft, table)}: the times are ${frequencyName(frequency)}, but ${row} does not follow ${before} by whole steps. Wanted regular times: correct the row, or sum or average the rows to regular times first.${zoneHint(draft, table)}`,
  );
}

function gaps(
  draft: Draft,
  { missing, count, after }: Extract<Irregularity, { readonly kind: "gaps" }>,
  frequency: Frequency,
  table: Table,
  orElse: string,
): RecurraError {
  const rowOf = (t: number) => table.rowName(draft.positionOf(t));
  const listed = missing.map((time) => formatTime(time, table.style)).join(", ");
  const rest = count > missing.length ? `, and ${(count - missing.length).toLocaleString("en-US")} more` : "";
  return new RecurraError(
    "gaps",
    `${subjectOf(draft, table)}: the times are ${frequencyName(frequency)}, and ${count.toLocaleString("en-US")} ${stepNoun(frequency, count)} ${count === 1 ? "is" : "are"} missing: ${listed}${rest} (the first after ${rowOf(after)}, before ${rowOf(after + 1)}). Add the rows, choose a part without gaps with --where, ${orElse}.${clocksHint(missing, table)}`,
  );
}

const HOUR = 3_600_000;

/** Local times lack an hour in the night to a Sunday in spring; that is no gap on the clock of UTC. */
function clocksHint(missing: readonly number[], { style }: Table): string {
  const isLocal = style.form === "time" && style.offsetMinutes === undefined && style.timeZone === undefined;
  const isSpringNight = (time: number) => new Date(time).getUTCDay() === 0 && time % (24 * HOUR) < 4 * HOUR;
  return isLocal && missing.every(isSpringNight)
    ? " Where clocks were set forward, name the zone with --time-zone, or give the times in UTC."
    : "";
}
