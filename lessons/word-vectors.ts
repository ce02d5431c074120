// Lesson: words as points. word2vec on half a million to six million words, its neighbours and analogies, and a map.
//
//     node --conditions=source lessons/word-vectors.ts [--data DIR] [--out DIR] [--quick]
//
// A word is known by the company it keeps (Firth 1957): word2vec (Mikolov et al. 2013) gives words vectors from which the words around
// them can be told, so that words of like use come to lie close together. Then "king" − "man" + "woman" is near "queen", more or less: the
// more text, the more.
//
// The corpus is WikiText-2's validation and test parts and, but in the quick form, the texts of 25,000 film reviews: 6.3 million words,
// so "great" lies beside "wonderful" rather than beside "large". The map is t-SNE's (van der Maaten & Hinton, JMLR 9, 2008).

import { wordMapSpec } from "recurra/plot";
import { evaluateAnalogies, evaluateSimilarity, streamTexts, tsne, word2vec } from "recurra/text";
import { dataFile, draw, expectFigure, options, readData } from "./support.ts";

const files = [
  "wikitext2_valid.txt.gz",
  "wikitext2_test.txt.gz",
  ...(options.quick ? [] : ["imdb_full_train.tsv.gz"]),
];

/** Lower-cased lines of a–z and apostrophes. */
async function* lines() {
  for (const file of files)
    for await (const text of streamTexts(
      dataFile(file),
      file.endsWith(".tsv.gz") ? { text: 2, header: false } : {},
    ))
      yield text.toLowerCase().replace(/[^a-z'\n]+/g, " ");
}

const began = performance.now();
const vectors = await word2vec(lines(), {
  architecture: "cbow",
  size: 100,
  window: 5,
  passes: options.quick ? 10 : 5,
  threads: 1,
  seed: 1,
});
console.log(
  `${vectors.size.toLocaleString("en-US")} words in ${((performance.now() - began) / 1000).toFixed(0)} s`,
);

for (const word of ["war", "great", "music", "three"])
  console.log(
    `${word.padEnd(6)} ${vectors
      .nearest(word, 5)
      .map(({ word: near, similarity }) => `${near} ${similarity.toFixed(2)}`)
      .join(", ")}`,
  );
const [first] = vectors.analogy("man", "king", "woman");
console.log(`man : king = woman : ${first?.word}`);

const { spearman, found } = evaluateSimilarity(vectors, readData("wordsim353.tsv"));
const { total } = await evaluateAnalogies(vectors, readData("questions-words.txt"), { among: 30_000 });
console.log(
  `WordSim353: Spearman ${spearman.toFixed(3)} over ${found} pairs; analogies ${(100 * total.accuracy).toFixed(1)} % of ${total.asked}`,
);

const shown = options.quick ? 150 : 600;
const words = vectors.words.slice(0, shown);
const { coordinates } = await tsne(
  { matrix: vectors.matrix.subarray(0, shown * vectors.width), width: vectors.width },
  { metric: "cosine", perplexity: 20, iterations: options.quick ? 300 : 1000, seed: 1 },
);
await draw(
  "word-vectors",
  wordMapSpec({ words, coordinates, title: `The ${shown} most frequent words, by t-SNE` }),
);

const numbers = new Set(["one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"]);
const near = vectors.nearest("three", 4).filter(({ word }) => numbers.has(word)).length;
expectFigure(`of the four words nearest to “three”, ${near} are numbers; wanted 3`, near >= 3);
const least = options.quick ? 0.15 : 0.2;
expectFigure(
  `similarities go with what people say: Spearman ${spearman.toFixed(3)}; wanted ${least}`,
  spearman >= least,
);
