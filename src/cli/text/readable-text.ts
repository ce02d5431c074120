// What of a text a language model cannot read, or does not know: said before it reads it.

import { fewOf, quoted } from "../../data/row-names.ts";
import { RecurraError } from "../../platform/error.ts";
import type { LanguageModel } from "../../text/language/language-model.ts";
import type { CliContext } from "../context.ts";

/** How many characters or words are named. */
const NAMED = 10;

/**
 * Fails for a text with characters that the model cannot read, and tells the words that it does not know.
 *
 * @param what the text is called: "the prompt"
 */
export function checkReadable(model: LanguageModel, text: string, what: string, context: CliContext): void {
  const characters = [...new Set(text)].filter((character) => character.trim() !== "");
  const strange = characters.filter((character) => !knows(model, character));
  if (strange.length > 0) {
    const [noun, they, were, them] =
      strange.length === 1 ? ["character", "it", "was", "it"] : ["characters", "they", "were", "them"];
    throw new RecurraError(
      "unknown-character",
      `The model cannot read the ${noun} ${fewOf(strange.map(quoted), NAMED)} of ${what}: ${they} ${were} not in what it was trained on. Leave ${them} out.`,
    );
  }
  const unknown = unknownTokens(model, text);
  if (unknown.length === 0) return;
  const [are, they] = unknown.length === 1 ? ["is", "it is"] : ["are", "they are"];
  context.tell(
    `Of ${what}, ${fewOf(unknown.map(quoted), NAMED)} ${are} not known to the model: ${they} ${model.tokenizer.vocabulary.unknown === undefined ? "left out" : "read as unknown"}.\n`,
  );
}

/** Whether a model has tokens for a text. */
export function knows({ tokenizer }: LanguageModel, text: string): boolean {
  try {
    return tokenizer.encode(text).length > 0;
  } catch {
    return false;
  }
}

/** The words, or characters, of a text that the vocabulary lacks, each once. Parts of words stand for any text. */
function unknownTokens({ tokenizer }: LanguageModel, text: string): readonly string[] {
  if (!["words", "unicode-words", "characters"].includes(tokenizer.name)) return [];
  const tokens = new Set(tokenizer.split(text));
  return [...tokens].filter((token) => {
    const id = tokenizer.vocabulary.idOf(token);
    return (id === undefined || id === tokenizer.vocabulary.unknown) && token.trim() !== "";
  });
}
