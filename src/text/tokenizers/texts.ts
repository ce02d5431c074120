// Reading texts one after the other, for what is fitted to them, and the options of what is fitted.

import { describe } from "../../nn/choice.ts";
import type { OptionKinds } from "../../nn/layer-options.ts";
import { RecurraError } from "../../platform/error.ts";
import { suggestion } from "../../platform/nearest.ts";
import type { Texts } from "./tokenizer.ts";

/**
 * Hands each text to `visit`, with its number from 0.
 *
 * @returns how many there were
 * @throws RecurraError `texts` for what is no list or stream of texts
 */
export async function forEachText(
  what: string,
  texts: Texts,
  visit: (text: string, index: number) => void,
): Promise<number> {
  let count = 0;
  const take = (text: unknown): void => {
    if (typeof text !== "string")
      throw new RecurraError("texts", `${what}: text ${count} is ${describe(text)}; wanted text.`);
    visit(text, count++);
  };
  if (typeof texts === "object" && texts !== null) {
    if (Symbol.iterator in texts) {
      for (const text of texts) take(text);
      return count;
    }
    if (Symbol.asyncIterator in texts) {
      for await (const text of texts) take(text);
      return count;
    }
  }
  const one = typeof texts === "string" ? " Put one text into a list: [text]." : "";
  throw new RecurraError(
    "texts",
    `${what}: wants a list or a stream of texts, got ${describe(texts)}.${one}`,
  );
}

/** Fails where there was nothing to learn from. @throws RecurraError `texts` */
export function checkNotEmpty(what: string, tokens: number, texts: number, unit: string): void {
  if (tokens > 0) return;
  const found =
    texts === 0 ? "there were no texts" : `there are no ${unit} in ${texts} text${texts === 1 ? "" : "s"}`;
  throw new RecurraError("texts", `${what}: ${found}. Give it texts to fit to.`);
}

/** Fails for an option that there is not, or that is none of what it may be; and for what is no object. @throws RecurraError `unknown-option`, `option-value` */
export function checkOptions(what: string, options: object, kinds: OptionKinds): void {
  if (typeof options !== "object" || options === null)
    throw new RecurraError("option-value", `${what}: options are to be an object, got ${describe(options)}.`);
  const names = Object.keys(kinds);
  for (const [name, value] of Object.entries(options)) {
    const test = Object.hasOwn(kinds, name) ? kinds[name] : undefined;
    if (test === undefined)
      throw new RecurraError(
        "unknown-option",
        `${what}: there is no option "${name}". ${suggestion(name, names)}It takes ${names.join(", ")}.`,
      );
    const wanted = value === undefined ? undefined : test(value);
    if (wanted !== undefined)
      throw new RecurraError("option-value", `${what}: ${name} is ${describe(value)}; wanted ${wanted}.`);
  }
}

/** A kind of text that has characters. */
export const someText = (value: unknown): string | undefined =>
  typeof value === "string" && value.length > 0 ? undefined : "text of at least one character";

/** Fails for an id that a vocabulary does not have. @throws RecurraError `token-id` */
export function checkId(what: string, id: number, size: number): void {
  if (Number.isInteger(id) && id >= 0 && id < size) return;
  throw new RecurraError(
    "token-id",
    `${what}: there is no id ${id}; the vocabulary has 0 to ${size - 1}. Decode with the tokeniser that made the ids.`,
  );
}
