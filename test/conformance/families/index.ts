// Which family computes a case.

import { Unsupported } from "../options.ts";
import type { Family } from "../run.ts";
import { activation } from "./activation.ts";
import { layer, layerNames } from "./layer.ts";
import { loss } from "./loss.ts";
import { model } from "./model.ts";
import { optimizer } from "./optimizer.ts";
import { recurrent, recurrentNames } from "./recurrent.ts";
import { window, windowNames } from "./window.ts";

export function familyOf(layerName: string): Family {
  if (layerName.startsWith("activation:")) return activation;
  if (layerName.startsWith("loss:")) return loss;
  if (layerName.startsWith("optimizer:")) return optimizer;
  if (layerName.startsWith("model:")) return model;
  if (recurrentNames.includes(layerName)) return recurrent;
  if (layerNames.includes(layerName)) return layer;
  if (windowNames.includes(layerName)) return window;
  return () => {
    throw new Unsupported(`there is no ${layerName} yet`);
  };
}
