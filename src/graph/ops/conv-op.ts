// The ops of convolution: three views of one trilinear form, each of which is the gradient of the others.

import { RecurraError } from "../../platform/error.ts";
import { isFloat } from "../../tensor/dtype.ts";
import { sameShape, sizeOf } from "../../tensor/shape.ts";
import { apply, op } from "../op.ts";
import { formatType, type Lifted, type Op, type Tensor, type TensorType } from "../tensor.ts";
import { type ConvAttributes, forEachTerm, type Role, shapeOf } from "./conv-form.ts";
import { lowerConv, lowerConvTranspose } from "./conv-lower.ts";
import { lowerConvKernel } from "./conv-lower-kernel.ts";
import { stackedTensor, transpose } from "./layout.ts";
import { at, reshape } from "./sum.ts";

const last = ({ shape }: TensorType) => at(shape, shape.length - 1);

/** Checks the operands of an op, given by their roles, and finds the type of the third. */
function infer(
  what: string,
  given: Readonly<Partial<Record<Role, TensorType>>>,
  wanted: Role,
  attributes: ConvAttributes,
): TensorType {
  const { x, kernel, y } = given;
  const { groups } = attributes;
  const sizes = {
    batch: at(x?.shape ?? y?.shape ?? [], 0),
    features: kernel ? at(kernel.shape, kernel.shape.length - 2) : x ? last(x) / groups : Number.NaN,
    channels: (kernel ? last(kernel) : y ? last(y) : Number.NaN) / groups,
  };
  const types = Object.values(given);
  const [first] = types;
  const fits = Object.entries(given).every(([role, { dtype, shape }]) => {
    return dtype === first?.dtype && sameShape(shape, shapeOf(role as Role, attributes, sizes));
  });
  if (!fits || !first || !isFloat(first.dtype) || !Number.isInteger(sizes.features * sizes.channels)) {
    const got = types.map(formatType).join(" and ");
    throw new RecurraError("conv-shape", `${what}: ${got} do not fit together, or are not floats`);
  }
  return { dtype: first.dtype, shape: shapeOf(wanted, attributes, sizes) };
}

/** y from x and the kernel: a convolution. */
export const convOp: Op<ConvAttributes> = op<ConvAttributes, 2>("conv", {
  infer: ([x, kernel], attributes) => infer("conv", { x, kernel }, "y", attributes),
  gradient: (dy, [x, kernel], attributes) => [
    apply(convTransposeOp, [dy, kernel], attributes),
    apply(convKernelOp, [x, dy], attributes),
  ],
  evaluate([x, kernel], attributes, { shape }) {
    const y = new Float64Array(sizeOf(shape));
    const features = at(kernel.shape, kernel.shape.length - 2);
    const channels = at(shape, shape.length - 1) / attributes.groups;
    forEachTerm(attributes, { batch: at(shape, 0), features, channels }, (a, b, c) => {
      y[c] = at(y, c) + at(x.data, a) * at(kernel.data, b);
    });
    return y;
  },
  lower: (emitter, [x, kernel], attributes, _, types) => lowerConv(emitter, x, kernel, attributes, types),
  lift([x, kernel], attributes, steps) {
    if (!kernel.stacked)
      return mergedSteps(x.tensor, (all) => apply(convOp, [all, kernel.tensor], attributes));
    const operands = [stepsAsGroups(x, steps), stepsAsGroups(kernel, steps)];
    return groupsAsSteps(apply(convOp, operands, manyGroups(attributes, steps)), steps);
  },
});

/** x from y and the kernel: what convolution does to a gradient, and transposed convolution by itself. */
export const convTransposeOp: Op<ConvAttributes> = op<ConvAttributes, 2>("convTranspose", {
  infer: ([y, kernel], attributes) => infer("convTranspose", { y, kernel }, "x", attributes),
  gradient: (dx, [y, kernel], attributes) => [
    apply(convOp, [dx, kernel], attributes),
    apply(convKernelOp, [dx, y], attributes),
  ],
  evaluate([y, kernel], attributes, { shape }) {
    const x = new Float64Array(sizeOf(shape));
    const features = at(kernel.shape, kernel.shape.length - 2);
    const channels = at(y.shape, y.shape.length - 1) / attributes.groups;
    forEachTerm(attributes, { batch: at(shape, 0), features, channels }, (a, b, c) => {
      x[a] = at(x, a) + at(y.data, c) * at(kernel.data, b);
    });
    return x;
  },
  lower: (emitter, [y, kernel], attributes, _, types) =>
    lowerConvTranspose(emitter, y, kernel, attributes, types),
  lift([y, kernel], attributes, steps) {
    if (!kernel.stacked) {
      return mergedSteps(y.tensor, (all) => apply(convTransposeOp, [all, kernel.tensor], attributes));
    }
    const operands = [stepsAsGroups(y, steps), stepsAsGroups(kernel, steps)];
    return groupsAsSteps(apply(convTransposeOp, operands, manyGroups(attributes, steps)), steps);
  },
});

/** The kernel from x and y: its gradient. */
export const convKernelOp: Op<ConvAttributes> = op<ConvAttributes, 2>("convKernel", {
  infer: ([x, y], attributes) => infer("convKernel", { x, y }, "kernel", attributes),
  gradient: (dKernel, [x, y], attributes) => [
    apply(convTransposeOp, [y, dKernel], attributes),
    apply(convOp, [x, dKernel], attributes),
  ],
  evaluate([x, y], attributes, { shape }) {
    const kernel = new Float64Array(sizeOf(shape));
    const features = at(shape, shape.length - 2);
    const channels = at(shape, shape.length - 1) / attributes.groups;
    forEachTerm(attributes, { batch: at(x.shape, 0), features, channels }, (a, b, c) => {
      kernel[b] = at(kernel, b) + at(x.data, a) * at(y.data, c);
    });
    return kernel;
  },
  lower: (emitter, [x, y], attributes, _, types) => lowerConvKernel(emitter, x, y, attributes, types),
  lift([x, y], attributes, steps) {
    const operands = [stepsAsGroups(x, steps), stepsAsGroups(y, steps)];
    return groupsAsSteps(apply(convKernelOp, operands, manyGroups(attributes, steps)), steps);
  },
});

/** Where the kernel is the same at every step, the steps are so many more samples: [S, B, …] -> [S·B, …] and back. */
function mergedSteps(x: Tensor, compute: (all: Tensor) => Tensor): Tensor {
  const [steps = 1, batch = 1, ...rest] = x.shape;
  const y = compute(reshape(x, [steps * batch, ...rest]));
  return reshape(y, [steps, batch, ...y.shape.slice(1)]);
}

/** Where it differs, the steps are so many more groups: [S, …, C] -> [..., S·C]. */
function stepsAsGroups(operand: Lifted, steps: number): Tensor {
  const stacked = stackedTensor(operand, steps);
  const rank = stacked.rank;
  const order = [...Array.from({ length: rank - 2 }, (_, axis) => axis + 1), 0, rank - 1];
  return reshape(transpose(stacked, order), [
    ...stacked.shape.slice(1, -1),
    steps * at(stacked.shape, rank - 1),
  ]);
}

/** [..., S·C] -> [S, …, C] */
function groupsAsSteps(x: Tensor, steps: number): Tensor {
  const apart = reshape(x, [...x.shape.slice(0, -1), steps, at(x.shape, x.rank - 1) / steps]);
  const before = Array.from({ length: x.rank - 1 }, (_, axis) => axis);
  return transpose(apart, [x.rank - 1, ...before, x.rank]);
}

function manyGroups({ axes, groups }: ConvAttributes, steps: number): ConvAttributes {
  return { axes, groups: groups * steps };
}
