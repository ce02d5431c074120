// The models that the competitions' bench knows by name.

import { arima } from "../src/series/classical/arima/arima.ts";
import { autoregression } from "../src/series/classical/autoregression/autoregression.ts";
import { ces } from "../src/series/classical/ces/ces.ts";
import { ets } from "../src/series/classical/ets/ets.ts";
import { mstl } from "../src/series/classical/mstl/mstl.ts";
import { mean, movingAverage } from "../src/series/classical/naive/average.ts";
import { drift } from "../src/series/classical/naive/drift.ts";
import { naive, seasonalNaive } from "../src/series/classical/naive/naive.ts";
import { naive2 } from "../src/series/classical/naive/naive-2.ts";
import { theta } from "../src/series/classical/theta/theta.ts";
import type { LocalModel } from "../src/series/forecasters/local-model.ts";

export const competitionModels: Readonly<Record<string, () => LocalModel>> = {
  naive,
  "seasonal-naive": seasonalNaive,
  "naive-2": naive2,
  drift,
  mean,
  "moving-average": () => movingAverage(),
  ces: () => ces(),
  "ces-adjusted": () => ces({ seasonality: "adjusted" }),
  ets: () => ets(),
  mstl: () => mstl(),
  "mstl-ets": () => mstl({ inner: ets({ model: "ZZN" }) as LocalModel }),
  "mstl-log": () => mstl({ log: "auto" }),
  "mstl-ets-log": () => mstl({ inner: ets({ model: "ZZN" }) as LocalModel, log: "auto" }),
  arima: () => arima(),
  ar: () => autoregression(),
  "ar-plain": () => autoregression({ log: false }),
  theta: () => theta(),
  "theta-stm": () => theta({ variant: "STM", seasonality: "m4-test" }),
  "theta-dotm": () => theta({ prior: 0, seasonality: "m4-test" }),
  "theta-automatic": () => theta({ variant: "automatic", prior: 0, seasonality: "m4-test" }),
};
