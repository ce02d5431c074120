// Lesson: the language model that one counts on fingers. Bigrams and trigrams of "The quick brown fox".
//
//     node --conditions=source lessons/quick-brown-fox.ts
//
// P(w | v) = C(v w) / C(v): how often a word came after another, of all times that the other came (maximum likelihood). It gives what it
// has not seen no chance at all, so counts are smoothed: by adding a little to each (add-k), or by asking in how many different places a
// word has been seen (Kneser–Ney; Chen & Goodman, Computer Speech & Language 13, 1999).

import { fitNGramModel, fitTokenizer, generateText, perplexity } from "recurra/text";
import { expectFigure } from "./support.ts";

const text =
  "The quick brown fox jumps over the lazy dog. The quick brown cat sleeps. The dog barks at the quick fox.";
const sentences = text.split(/(?<=\.) /);
const tokenizer = await fitTokenizer({ name: "words" }, sentences);

for (const order of [1, 2, 3]) {
  const model = await fitNGramModel(tokenizer, sentences, {
    order,
    smoothing: "maximumLikelihood",
    boundaries: false,
  });
  const listed = model.nGrams(order).slice(0, 5);
  console.log(
    `${order}-grams: ${listed.map(({ tokens, count }) => `${tokens.join(" ")} ${count}`).join(", ")}, …`,
  );
}

const bigrams = await fitNGramModel(tokenizer, sentences, { order: 2, smoothing: "maximumLikelihood" });
const after = (word: string, before: string) => bigrams.probability(word, [before]);
console.log(
  `\nP(quick | the) = ${after("quick", "the")}, P(brown | quick) = ${after("brown", "quick").toFixed(3)}`,
);
expectFigure("after “the” comes “quick” 3 times of 5", after("quick", "the") === 3 / 5);
expectFigure("after “quick” comes “brown” 2 times of 3", Math.abs(after("brown", "quick") - 2 / 3) < 1e-12);
expectFigure("every sentence begins with “the”", after("the", "<s>") === 1);

const seen = "the quick brown fox jumps over the lazy dog";
const unseen = "the lazy fox sleeps over the cat";
const models = {
  "maximum likelihood": bigrams,
  "add-1": await fitNGramModel(tokenizer, sentences, { order: 2, smoothing: { name: "addK", k: 1 } }),
  "Kneser–Ney": await fitNGramModel(tokenizer, sentences, { order: 2 }),
};
console.log("\nperplexity            seen   unseen");
const unsure = new Map<string, readonly [number, number]>();
for (const [name, model] of Object.entries(models)) {
  const both = [perplexity(await model.score(seen)), perplexity(await model.score(unseen))] as const;
  unsure.set(name, both);
  console.log(`${name.padEnd(18)} ${both.map((value) => value.toFixed(2).padStart(8)).join(" ")}`);
}
expectFigure(
  "what it has not seen is impossible by maximum likelihood, and possible once counts are smoothed",
  unsure.get("maximum likelihood")?.[1] === Number.POSITIVE_INFINITY &&
    Number.isFinite(unsure.get("add-1")?.[1]) &&
    Number.isFinite(unsure.get("Kneser–Ney")?.[1]),
);
expectFigure(
  "what it has seen is told best without smoothing",
  (unsure.get("maximum likelihood")?.[0] ?? 0) < (unsure.get("Kneser–Ney")?.[0] ?? 0),
);

console.log("\nIt writes:");
for (const seed of [1, 2, 3])
  console.log(`  ${await generateText(models["Kneser–Ney"], { seed, maxTokens: 12 })}`);
