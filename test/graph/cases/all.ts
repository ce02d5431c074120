// Every op and composite with inputs, a plain formula and what is to be checked: the tables that the tests of ops run over.

import type { OpCase } from "../../support/check-op.ts";
import { attentionCases } from "./attention.ts";
import { elementwiseCases } from "./elementwise.ts";
import { indexCases } from "./index-ops.ts";
import { layoutCases } from "./layout.ts";
import { matmulCases } from "./matmul.ts";
import { normalizeCases } from "./normalize.ts";
import { recurrentCases } from "./recurrent.ts";
import { reduceCases } from "./reduce.ts";
import { scanCases } from "./scan.ts";
import { windowCases } from "./window.ts";

export const opCases: Readonly<Record<string, readonly OpCase[]>> = {
  elementwise: elementwiseCases,
  reduce: reduceCases,
  matmul: matmulCases,
  layout: layoutCases,
  "gather, scatter and einsum": indexCases,
  window: windowCases,
  scan: scanCases,
  normalize: normalizeCases,
  attention: attentionCases,
  "recurrent layers": recurrentCases,
};
