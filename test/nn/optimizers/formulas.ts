// Keras' formulas for one number, in plain float64, written as Keras' sources write them.

import type { Formula } from "./trajectories.ts";

export const sgd =
  (lr: number, mu = 0, nesterov = false): Formula =>
  (w, g, _t, state) => {
    if (mu === 0) return w - lr * g;
    const m = mu * (state.m ?? 0) - lr * g;
    state.m = m;
    return nesterov ? w + mu * m - lr * g : w + m;
  };

export const rmsprop =
  (lr: number, { rho = 0.9, mu = 0, eps = 1e-7, centered = false } = {}): Formula =>
  (w, g, _t, state) => {
    const v = rho * (state.v ?? 0) + (1 - rho) * g * g;
    const a = centered ? rho * (state.a ?? 0) + (1 - rho) * g : 0;
    const m = mu * (state.m ?? 0) + (lr * g) / Math.sqrt(v - a * a + eps);
    Object.assign(state, { v, a, m });
    return w - m;
  };

export const adam =
  (lr: number, { b1 = 0.9, b2 = 0.999, eps = 1e-7, amsgrad = false } = {}): Formula =>
  (w, g, t, state) => {
    const m = b1 * (state.m ?? 0) + (1 - b1) * g;
    const v = b2 * (state.v ?? 0) + (1 - b2) * g * g;
    const top = amsgrad ? Math.max(state.top ?? 0, v) : v;
    Object.assign(state, { m, v, top });
    return w - (((lr * Math.sqrt(1 - b2 ** t)) / (1 - b1 ** t)) * m) / (Math.sqrt(top) + eps);
  };

export const adagrad =
  (lr: number, { start = 0.1, eps = 1e-7 } = {}): Formula =>
  (w, g, _t, state) => {
    const a = (state.a ?? start) + g * g;
    state.a = a;
    return w - (lr * g) / Math.sqrt(a + eps);
  };

export const adadelta =
  (lr: number, { rho = 0.95, eps = 1e-7 } = {}): Formula =>
  (w, g, _t, state) => {
    const a = rho * (state.a ?? 0) + (1 - rho) * g * g;
    const change = (-Math.sqrt((state.d ?? 0) + eps) * g) / Math.sqrt(a + eps);
    const d = rho * (state.d ?? 0) + (1 - rho) * change * change;
    Object.assign(state, { a, d });
    return w + lr * change;
  };

export const adamax =
  (lr: number, { b1 = 0.9, b2 = 0.999, eps = 1e-7 } = {}): Formula =>
  (w, g, t, state) => {
    const m = b1 * (state.m ?? 0) + (1 - b1) * g;
    const u = Math.max(b2 * (state.u ?? 0), Math.abs(g));
    Object.assign(state, { m, u });
    return w - (lr * m) / ((1 - b1 ** t) * (u + eps));
  };

export const nadam =
  (lr: number, { b1 = 0.9, b2 = 0.999, eps = 1e-7 } = {}): Formula =>
  (w, g, t, state) => {
    const u = b1 * (1 - 0.5 * 0.96 ** t);
    const next = b1 * (1 - 0.5 * 0.96 ** (t + 1));
    const product = (state.product ?? 1) * u;
    const m = b1 * (state.m ?? 0) + (1 - b1) * g;
    const v = b2 * (state.v ?? 0) + (1 - b2) * g * g;
    Object.assign(state, { product, m, v });
    const mHat = (next * m) / (1 - product * next) + ((1 - u) * g) / (1 - product);
    return w - (lr * mHat) / (Math.sqrt(v / (1 - b2 ** t)) + eps);
  };

export const lion =
  (lr: number, { b1 = 0.9, b2 = 0.99 } = {}): Formula =>
  (w, g, _t, state) => {
    const m = state.m ?? 0;
    state.m = b2 * m + (1 - b2) * g;
    return w - lr * Math.sign(b1 * m + (1 - b1) * g);
  };

/** Gradients held within ±limit. */
export const clipped =
  (limit: number, formula: Formula): Formula =>
  (w, g, t, state) =>
    formula(w, Math.min(Math.max(g, -limit), limit), t, state);

/** Weights that lose a part of themselves before each step: learning rate times weight decay. */
export const decayed =
  (part: number, formula: Formula): Formula =>
  (w, g, t, state) =>
    formula(w - part * w, g, t, state);

/** Keeps the average of the weights in `state.average`; sets the weights to it every so many steps. */
export const averaged =
  (momentum: number, formula: Formula, every = Number.POSITIVE_INFINITY): Formula =>
  (w, g, t, state) => {
    const next = formula(w, g, t, state);
    const past = t === 1 ? 0 : momentum;
    const average = past * (state.average ?? 0) + (1 - past) * next;
    state.average = average;
    return t % every === 0 ? average : next;
  };
