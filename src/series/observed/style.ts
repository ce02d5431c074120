// How the times of series are written: as in the table, unless the frequency asked for is finer than its words.

import type { TimeStyle } from "../../data/time-style.ts";
import type { Frequency } from "./calendar.ts";

const FORMS = ["year", "quarter", "month", "day", "time"] as const;

/** The style of the table, or a finer one where its times would not tell the steps apart: days, where months are read as daily. */
export function styleAt(style: TimeStyle, frequency: Frequency): TimeStyle {
  const { form } = style;
  if (form === "index") return style;
  const needed = formOf(frequency);
  return FORMS.indexOf(needed) > FORMS.indexOf(form) ? { form: needed } : style;
}

function formOf(frequency: Frequency): (typeof FORMS)[number] {
  switch (frequency.unit) {
    case "index":
      return "year";
    case "fixed":
      return frequency.milliseconds % 86_400_000 === 0 ? "day" : "time";
    case "business-day":
      return "day";
    case "month":
      return frequency.months % 12 === 0 ? "year" : frequency.months % 3 === 0 ? "quarter" : "month";
  }
}
