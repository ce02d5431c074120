// words: the results of Keras' Tokenizer, token for token.

import { describe, expect, test } from "vitest";
import { fitWords, KERAS_FILTERS, type WordsOptions, wordsOf } from "../../../src/text/tokenizers/words.ts";

// F. Chollet, "Deep Learning with Python", 2017, section 6.1.1.
const texts = ["The cat sat on the mat.", "The dog ate my homework."];
const fresh = "The bird sat, the cat didn't!";

/** The word of each id from 1 on. */
async function indexOf(options: WordsOptions, from: readonly string[] = texts): Promise<readonly string[]> {
  const { vocabulary } = await fitWords(options, from);
  return Array.from({ length: vocabulary.size - 1 }, (_, i) => vocabulary.tokenOf(i + 1) ?? "");
}

// Expected: word_index and texts_to_sequences of Keras 3.15.1, keras.src.legacy.preprocessing.text.Tokenizer, fitted to `texts`.
describe("as Keras", () => {
  test("the lecture's example has the lecture's index", async () => {
    expect(await indexOf({})).toEqual(["the", "cat", "sat", "on", "mat", "dog", "ate", "my", "homework"]);
  });

  test.each<[string, WordsOptions, number[][]]>([
    [
      "defaults",
      {},
      [
        [1, 2, 3, 4, 1, 5],
        [1, 6, 7, 8, 9],
        [1, 3, 1, 2],
      ],
    ],
    ["numWords", { numWords: 4 }, [[1, 2, 3, 1], [1], [1, 3, 1, 2]]],
    [
      "numWords with oovToken",
      { numWords: 4, oovToken: "<OOV>" },
      [
        [2, 3, 1, 1, 2, 1],
        [2, 1, 1, 1, 1],
        [2, 1, 1, 2, 3, 1],
      ],
    ],
    [
      "case kept, other filters",
      { lower: false, filters: ".", oovToken: "?" },
      [
        [2, 3, 4, 5, 6, 7],
        [2, 8, 9, 10, 11],
        [2, 1, 1, 6, 3, 1],
      ],
    ],
    ["parted by something else", { split: "-" }, [[1], [2], []]],
  ])("%s", async (_, options, expected) => {
    const tokenizer = await fitWords(options, texts);
    expect([...texts, fresh].map((text) => Array.from(tokenizer.encode(text)))).toEqual(expected);
  });

  test("a split of two characters", async () => {
    expect(await indexOf({ split: "--", filters: "." }, ["a--b c.d--a"])).toEqual(["a", "b c", "d"]);
  });

  test("the filters are Keras': no apostrophe among them", async () => {
    const tokenizer = await fitWords({}, ["don't"]);
    expect(tokenizer.split(`don't${[...KERAS_FILTERS].join("x")}`)[0]).toBe("don't");
    expect(KERAS_FILTERS).toHaveLength(33);
  });

  test("counts of words and of texts that have them", async () => {
    const { tokens, counts } = await fitWords({}, ["It was a good day. A good, good day!", "was it?", ""]);
    expect(tokens.map(({ token, count, texts }) => [token, count, texts])).toEqual([
      ["good", 3, 1],
      ["it", 2, 2],
      ["was", 2, 2],
      ["a", 2, 1],
      ["day", 2, 1],
    ]);
    expect(counts.texts).toBe(3);
    expect(Array.from(counts.textsWith)).toEqual([0, 1, 2, 2, 1, 1]);
  });
});

describe("ids", () => {
  test("decoding leaves padding out", async () => {
    const tokenizer = await fitWords({ oovToken: "<unk>" }, texts);
    expect(tokenizer.decode([0, 0, 2, 1, 4])).toBe("the <unk> sat");
    expect(tokenizer.vocabulary).toMatchObject({ size: 11, padding: 0, unknown: 1 });
    expect(tokenizer.vocabulary.tokenOf(0)).toBeUndefined();
    expect(tokenizer.vocabulary.idOf("bird")).toBeUndefined();
  });

  test("a word that equals oovToken is not known", async () => {
    const tokenizer = await fitWords({ oovToken: "the" }, texts);
    expect(Array.from(tokenizer.encode("the cat"))).toEqual([1, 2]);
  });

  test("an id that there is not", async () => {
    const tokenizer = await fitWords({}, texts);
    expect(() => tokenizer.decode([1, 10])).toThrow(
      "words: there is no id 10; the vocabulary has 0 to 9. Decode with the tokeniser that made the ids.",
    );
  });

  test("letters beyond ASCII are lower-cased, and filters may be beyond the basic plane", async () => {
    expect(await indexOf({}, ["ÉTÉ été ΣΊΣΥΦΟΣ"])).toEqual(["été", "σίσυφος"]);
    expect(await indexOf({ filters: "🙂" }, ["a🙂b 🙃"])).toEqual(["a", "b", "🙃"]);
  });
});

describe("texts that come one after the other", () => {
  test("a stream gives what a list gives", async () => {
    async function* stream() {
      yield* texts;
    }
    expect((await fitWords({}, stream())).record()).toEqual((await fitWords({}, texts)).record());
  });

  test.each<[string, unknown, string]>([
    [
      "a text instead of texts",
      "The cat",
      'words: wants a list or a stream of texts, got "The cat". Put one text into a list: [text].',
    ],
    ["what is no text", ["a", 7], "words: text 1 is 7; wanted text."],
    ["none", [], "words: there were no texts. Give it texts to fit to."],
    ["only punctuation", ["!?", "..."], "words: there are no words in 2 texts. Give it texts to fit to."],
  ])("%s", async (_, given, message) => {
    await expect(fitWords({}, given as string[])).rejects.toThrow(message);
  });

  test.each<[object, string]>([
    [{ numWord: 5 }, 'words: there is no option "numWord". Did you mean "numWords"?'],
    [{ numWords: 0 }, "words: numWords is 0; wanted a positive whole number."],
    [{ split: "" }, 'words: split is ""; wanted text of at least one character.'],
  ])("%j is refused", async (options, message) => {
    await expect((async () => fitWords(options, texts))()).rejects.toThrow(message);
  });
});

describe("with the punctuation of all scripts", () => {
  const wordsIn = async (text: string) => [...(await fitWords({ unicode: true }, [text])).split(text)];

  test.each([
    ["Arabic", "المباراة، هدف؟ نعم؛ لا۔", ["المباراة", "هدف", "نعم", "لا"]],
    ["Hebrew with a maqaf", "„המשחק“ – «שער»… בית־ספר", ["המשחק", "שער", "בית", "ספר"]],
    ["abbreviations and quotes of Hebrew", "צה״ל ג׳ירפה ״שלום״", ["צה״ל", "ג׳ירפה", "שלום"]],
    ["quotation marks", "“battery” «battery» ‹battery› ‘battery’ 「battery」", Array(5).fill("battery")],
    ["dashes", "battery—lasts–long…", ["battery", "lasts", "long"]],
    ["Spanish, and wide forms", "¿Qué? ¡no! 好。吗？对！、", ["qué", "no", "好", "吗", "对"]],
    [
      "spaces that do not break, writing directions",
      "a\u00a0b\u3000c \u200fשער\u200e",
      ["a", "b", "c", "שער"],
    ],
    [
      "apostrophes stay within words",
      "don’t l’homme dogs’ can´t it's 'so'",
      ["don’t", "l’homme", "dogs", "can´t", "it's", "'so'"],
    ],
    ["emoji and their joiners stay", "👩‍🚀 great ✨ می‌خواهم", ["👩‍🚀", "great", "✨", "می‌خواهم"]],
  ])("%s", async (_, text, words) => expect(await wordsIn(text)).toEqual(words));

  test("words of plain ASCII are those of Keras", async () => {
    const text = `${String.fromCharCode(...Array.from({ length: 95 }, (_, i) => 32 + i))} It's "so-so"; don't!`;
    expect(await wordsIn(text)).toEqual((await fitWords({}, [text])).split(text));
  });

  test("they come back from a record, and a record without the choice is Keras' as before", async () => {
    const { unicode, ...plain } = { unicode: true, text: "«a» b" };
    const fitted = await fitWords({ unicode }, [plain.text]);
    expect(wordsOf(fitted.record()).split(plain.text)).toEqual(["a", "b"]);
    expect(wordsOf((await fitWords({}, [plain.text])).record()).split(plain.text)).toEqual(["«a»", "b"]);
  });
});
