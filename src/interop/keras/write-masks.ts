// Masks written into a functional model for Keras, where it does not pass them on by itself.
//
// Keras gives a layer the mask of its input where that is the layer's one tensor (keras 3.15.1, layer.py, __call__, step 6). A recurrent
// layer that is given an initial state has more; without its mask it would read the padding.

import { freeName } from "../../model/layer-names.ts";
import type { Layer, LayerApplication, LayerTensor } from "../../nn/layer.ts";
import type { Fields } from "./json.ts";

/** The operations that compute masks, as they are needed. */
export class MaskWriter {
  readonly #written: (tensor: LayerTensor) => Fields;
  readonly #taken: Set<string>;
  readonly #masks = new Map<LayerTensor, Fields>();
  /** The operations as entries of the model. */
  readonly entries: Fields[] = [];

  /**
   * @param written the reference to a tensor of the model
   * @param taken names of the model's layers and inputs
   */
  constructor(written: (tensor: LayerTensor) => Fields, taken: Set<string>) {
    this.#written = written;
    this.#taken = taken;
  }

  /** What a call is to be given beside its options: the mask of its input, where Keras would lose it. */
  optionsFor({ layer, inputs: [x], options }: LayerApplication): Fields {
    const loses = layer.callOptions.includes("initialState") && options.initialState !== undefined;
    if (!loses || x?.mask === undefined) return {};
    const mask = this.#maskOf(x);
    return mask === undefined ? {} : { mask };
  }

  /** The mask of a tensor: that of the layer that made it, before it was passed on. */
  #maskOf(tensor: LayerTensor): Fields | undefined {
    const { source, mask } = tensor;
    if (!("layer" in source) || mask === undefined) return undefined;
    const known = this.#masks.get(tensor);
    if (known !== undefined) return known;
    const [x] = source.inputs;
    if (x === undefined) return undefined;
    const { className, config } = source.layer as Layer & {
      readonly config: { readonly maskValue?: number };
    };
    const shape = [null, ...x.shape];
    if (className === "Embedding")
      return this.#keep(tensor, this.#operation("NotEqual", {}, [this.#written(x), 0], shape));
    if (className !== "Masking") return source.inputs.length === 1 ? this.#maskOf(x) : undefined;
    const differs = this.#operation("NotEqual", {}, [this.#written(x), config.maskValue ?? 0], shape);
    return this.#keep(
      tensor,
      this.#operation("Any", { axis: -1, keepdims: false }, [differs], shape.slice(0, -1)),
    );
  }

  #keep(tensor: LayerTensor, mask: Fields): Fields {
    this.#masks.set(tensor, mask);
    return mask;
  }

  #operation(
    className: string,
    config: Fields,
    args: readonly unknown[],
    shape: readonly (number | null)[],
  ): Fields {
    const name = freeName(className === "Any" ? "any" : "not_equal", this.#taken);
    this.entries.push({
      module: "keras.src.ops.numpy",
      class_name: className,
      config: { name, ...config },
      registered_name: className,
      name,
      inbound_nodes: [{ args, kwargs: {} }],
    });
    return { class_name: "__keras_tensor__", config: { shape, dtype: "bool", keras_history: [name, 0, 0] } };
  }
}
