// Which family computes a case.

import { Unsupported } from "../options.ts";
import type { Family } from "../run.ts";
import { activation } from "./activation.ts";
import { attentionFunction } from "./attention-function.ts";
import { isLayer, layer } from "./layer.ts";
import { loss } from "./loss.ts";
import { model } from "./model.ts";
import { optimizer } from "./optimizer.ts";

export function familyOf(layerName: string): Family {
  if (layerName.startsWith("activation:")) return activation;
  if (layerName.startsWith("loss:")) return loss;
  if (layerName.startsWith("optimizer:")) return optimizer;
  if (layerName.startsWith("model:")) return model;
  if (layerName === "dot_product_attention") return attentionFunction;
  if (isLayer(layerName)) return layer;
  return () => {
    throw new Unsupported(`there is no ${layerName} yet`);
  };
}
