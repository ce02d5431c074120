// Lesson: is this English? Vectors of words from telling 5-grams of a text from broken ones.
//
//     node --conditions=source lessons/five-gram-validity.ts [--data DIR] [--quick]
//
// "cat sat on the mat" is a 5-gram of a text; put a random word in its middle and "cat sat song the mat" is none. A network that is to
// tell them apart needs no labels, since the text brings the right ones and chance the wrong ones: vectors of the five words, one after
// the other, a hidden layer, a score (Bottou, "From machine learning to machine reasoning", 2011; Collobert & Weston, ICML 2008). To be
// right about 5-grams that it has never seen, it must give words of like use like vectors, so these come out as well.
//
// The texts are those of 25,000 film reviews, the quick form has the first 4,000. What counts can do stands beside it: a word that comes
// more often is more likely the right one, and trigrams by Kneser–Ney say how likely each 5-gram is.

import { Random } from "recurra";
import { fitNGramModel, fitTokenizer, streamTexts, validity } from "recurra/text";
import { dataFile, expectFigure, options } from "./support.ts";

/** Sentences of lower-case words. */
const sentences: string[] = [];
let reviews = 0;
for await (const review of streamTexts(dataFile("imdb_full_train.tsv.gz"), { text: 2, header: false })) {
  const lines = review.toLowerCase().replace(/[.!?]+/g, "\n");
  sentences.push(...lines.replace(/[^a-z'\n]+/g, " ").split("\n"));
  if (options.quick && ++reviews === 4000) break;
}
const cut = Math.floor(0.98 * sentences.length);
const [training, heldOut] = [sentences.slice(0, cut), sentences.slice(cut)];

const began = performance.now();
const network = await validity(training, {
  minCount: options.quick ? 3 : 5,
  passes: 3,
  validationSplit: 0,
  threads: 1,
  seed: 1,
});
const { vectors } = network;
const seconds = (performance.now() - began) / 1000;
console.log(`${vectors.size.toLocaleString("en-US")} words, learnt in ${seconds.toFixed(0)} s`);

/** 5-grams of sentences that were held out, and the same with a word of another place of them in the middle. */
const known = heldOut.map((line) => line.split(" ").filter((word) => vectors.has(word)));
const words = known.flat();
const real = known.flatMap((line) => line.slice(4).map((_, i) => line.slice(i, i + 5))).slice(0, 5000);
const places = new Random(2).integers([real.length], 0, words.length).data;
const pairs = real.map((gram, i) => {
  const other = words[Number(places[i])] ?? "";
  return { gram, broken: [...gram.slice(0, 2), other, ...gram.slice(3)] };
});

/** The share of pairs in which the real 5-gram gets the higher score; where both are the same words, half of one. */
async function told(score: (gram: readonly string[]) => number | Promise<number>): Promise<number> {
  let right = 0;
  for (const { gram, broken } of pairs) {
    const difference = (await score(gram)) - (await score(broken));
    right += difference > 0 ? 1 : difference === 0 ? 0.5 : 0;
  }
  return right / pairs.length;
}

const trigrams = await fitNGramModel(await fitTokenizer({ name: "words" }, training), training, { order: 3 });
const middle = (gram: readonly string[]) => gram[2] ?? "";
const byNetwork = await told((gram) => network.score(gram));
const byFrequency = await told((gram) => -(vectors.rowOf(middle(gram)) ?? 0));
const byTrigrams = await told(async (gram) => (await trigrams.score(gram.join(" "))).logProbability);
const isRight = pairs.map(
  ({ gram, broken }) => Number(network.isValid(gram)) + Number(!network.isValid(broken)),
);
const accuracy = isRight.reduce((sum, right) => sum + right, 0) / (2 * pairs.length);

const percent = (share: number) => `${(100 * share).toFixed(1)} %`;
console.log(`Of ${pairs.length} pairs of a held-out 5-gram and a broken one, the real one is found by
  chance            50.0 %
  the commoner word ${percent(byFrequency)}
  trigram counts    ${percent(byTrigrams)}
  the network       ${percent(byNetwork)}
and the network judges ${percent(accuracy)} of the 5-grams rightly one by one.`);

for (const word of ["great", "actor", "three", "she", "seen"])
  console.log(
    `${word.padEnd(6)} ${vectors
      .nearest(word, 5)
      .map(({ word: near, similarity }) => `${near} ${similarity.toFixed(2)}`)
      .join(", ")}`,
  );

const least = options.quick ? 0.81 : 0.88;
const [on, song] = ["on", "song"].map((word) => network.score(["cat", "sat", word, "the", "mat"]));
console.log(`cat sat on the mat: ${on?.toFixed(2)}; cat sat song the mat: ${song?.toFixed(2)}`);

expectFigure(
  `the network finds ${percent(byNetwork)} of the real 5-grams, more than trigram counts; wanted ${percent(least)}`,
  byNetwork >= least && byNetwork > byTrigrams,
);
expectFigure(
  `one by one it judges ${percent(accuracy)} rightly; wanted ${percent(least - 0.07)}`,
  accuracy >= least - 0.07,
);
const numbers = new Set(["one", "two", "four", "five", "six", "seven", "eight", "nine", "ten"]);
const near = vectors.nearest("three", 5).filter(({ word }) => numbers.has(word)).length;
expectFigure(`of the five words nearest to “three”, ${near} are numbers; wanted 2`, near >= 2);
expectFigure("“cat sat on the mat” is English", (on ?? 0) > 0);
expectFigure("“cat sat song the mat” is not", (song ?? 0) < 0);
