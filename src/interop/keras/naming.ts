// Names as Keras writes them: `units` and `kernel_initializer` for options, `conv1d_transpose_1` for places in a weights file.

/** Gives the first of a name as it is, the next ones with `_1`, `_2` (keras 3.15.1, saving_lib.py, _get_unique_name). */
export class NameCounter {
  readonly #used = new Map<string, number>();

  next(name: string): string {
    const count = this.#used.get(name) ?? 0;
    this.#used.set(name, count + 1);
    return count === 0 ? name : `${name}_${count}`;
  }
}

/** useBias -> use_bias */
export function snakeCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
}

/** use_bias -> useBias */
export function camelCase(name: string): string {
  return name.replace(/(?<=.)_+([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** GlorotUniform -> glorotUniform */
export function lowerFirst(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

/** glorotUniform -> GlorotUniform */
export function upperFirst(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}
