// Preparations of the text sets: reviews, tweets, sentences and their translations.

import { createHash } from "node:crypto";
import { gunzipSync } from "node:zlib";
import type { Preparation } from "../entry.ts";
import { untar, unzip } from "./archives.ts";
import { columnsOf, parseCsv } from "./csv.ts";
import { cellOf, expectFormat, fileOf, linesOf, textOf } from "./text.ts";

/**
 * IMDB: all files of a part in the order of the SHA-256 of their paths; the small parts are the first of each class, without texts that
 * were taken already.
 *
 * @param ofEach reviews in each of the two parts
 * @param small reviews of each class in the small training part and the small test part
 */
export function imdb(ofEach = 25_000, small: readonly [number, number] = [5000, 2500]): Preparation {
  return ([archive]) => {
    const files = untar(gunzip(archive));
    const [train, test] = [reviewsOf(files, "train", ofEach), reviewsOf(files, "test", ofEach)];
    const seen = new Set<string>();
    const parts = [train, test, firstOf(train, small[0], seen), firstOf(test, small[1], seen)];
    return parts.map((reviews) => fileOf(reviews.map(({ label, text }) => `${label}\t${text}`)));
  };
}

interface Review {
  readonly label: 0 | 1;
  readonly text: string;
}

function reviewsOf(files: ReadonlyMap<string, Uint8Array>, part: string, wanted: number): Review[] {
  const reviews: (Review & { readonly order: string })[] = [];
  for (const [path, bytes] of files) {
    const label = new RegExp(`^(?:[.]/)?aclImdb/${part}/(pos|neg)/\\d+_\\d+[.]txt$`).exec(path)?.[1];
    if (label === undefined) continue;
    const order = sha256(path.replace(/^[.][/]/, ""));
    reviews.push({ label: label === "pos" ? 1 : 0, text: cellOf(textOf(bytes)), order });
  }
  expectFormat(reviews.length === wanted, `it has ${reviews.length} ${part} reviews, not ${wanted}`);
  return reviews.sort(byOrder);
}

function firstOf(reviews: readonly Review[], ofEach: number, seen: Set<string>): Review[] {
  const counts = [0, 0];
  return reviews.filter(({ label, text }) => {
    const count = counts[label] ?? 0;
    if (count >= ofEach || seen.has(text)) return false;
    counts[label] = count + 1;
    seen.add(text);
    return true;
  });
}

/** Yelp's 10,000 reviews: stars, date and text. */
export const yelpReviews: Preparation = ([archive]) => {
  const rows = columnsOf(yelpTable(archive), ["stars", "date", "text"]);
  return [fileOf(["stars\tdate\ttext", ...rows.map((row) => row.map(cellOf).join("\t"))])];
};

/** Yelp's reviews of 1 and 2 stars against those of 4 and 5, as many of each; the first 335 of a class, by SHA-256, are left for tests. */
export const yelpPolarity: Preparation = ([archive]) => {
  const reviews = columnsOf(yelpTable(archive), ["stars", "review_id", "text"]).map(
    ([stars, id = "", text = ""]) => ({ stars: Number(stars), id, text, order: sha256(`yelp/${id}`) }),
  );
  reviews.sort(byOrder);
  const training = [0, 1].flatMap((label) =>
    reviews
      .filter(({ stars }) => stars !== 3 && (stars > 3 ? 1 : 0) === label)
      .slice(335, 335 + 1341)
      .map(({ id, text }) => ({ label, text, order: sha256(`order/${id}`) })),
  );
  return [fileOf(training.sort(byOrder).map(({ label, text }) => `${label}\t${cellOf(text)}`))];
};

function yelpTable(archive: Uint8Array | undefined) {
  const [[, bytes] = []] = unzip(archive, (path) => /(^|[/])yelp[.]csv$/.test(path));
  expectFormat(bytes !== undefined, "the archive has no yelp.csv");
  return parseCsv(textOf(bytes));
}

/** Short sentences of Yelp: those of one class only, by SHA-256 of class and sentence, then in the order of that of the sentence. */
export const yelpSentences: Preparation = ([trainNegative, trainPositive, testNegative, testPositive]) => {
  const train = sentencesOf(trainNegative, trainPositive, 20_000, new Set());
  const test = sentencesOf(testNegative, testPositive, 5000, new Set(train.map(({ text }) => text)));
  return [train, test].map((sentences) => fileOf(sentences.map(({ label, text }) => `${label}\t${text}`)));
};

function sentencesOf(
  negative: Uint8Array | undefined,
  positive: Uint8Array | undefined,
  ofEach: number,
  without: ReadonlySet<string>,
) {
  const classes = [negative, positive].map(
    (bytes) => new Set(linesOf(textOf(bytes)).map((line) => cellOf(line))),
  );
  return classes
    .flatMap((sentences, label) => {
      const other = classes[1 - label];
      return [...sentences]
        .filter((text) => text !== "" && other?.has(text) !== true && !without.has(text))
        .map((text) => ({ label, text, order: sha256(`${label}/${text}`) }))
        .sort(byOrder)
        .slice(0, ofEach);
    })
    .map(({ label, text }) => ({ label, text, order: sha256(`order/${text}`) }))
    .sort(byOrder);
}

/** ASTD: the tweets, and the two splits, whose files have the places of tweets from 0. */
export const arabicTweets: Preparation = ([tweets, ...splits]) => {
  const lines = linesOf(textOf(tweets));
  const columns = [splits.slice(0, 3), splits.slice(3)].map((files) => {
    const column: string[] = lines.map(() => "");
    for (const [i, part] of ["train", "validation", "test"].entries()) {
      for (const place of linesOf(textOf(files[i]))) column[Number(place)] = part;
    }
    return column;
  });
  const rows = lines.map((line, i) => {
    const [text = "", label = ""] = line.trim().split("\t");
    expectFormat(/^(OBJ|POS|NEG|NEUTRAL)$/.test(label), `line ${i + 1} has no label`);
    return [label, columns[0]?.[i], columns[1]?.[i], cellOf(text)].join("\t");
  });
  return [fileOf(["label\tbalanced_split\tunbalanced_split\ttext", ...rows])];
};

/** WNUT 2017: sentences end in lines that are empty, not in lines of white space. */
export const wnut17: Preparation = (parts) =>
  parts.map((part) => fileOf(linesOf(textOf(part)).map((line) => (line.trim() === "" ? "" : line))));

/** Multi30k: English, German and French side by side. */
export const multi30k: Preparation = (originals) =>
  [0, 3, 6].map((first) => {
    const languages = originals.slice(first, first + 3).map((bytes) => linesOf(textOf(gunzip(bytes))));
    const [english = [], german = [], french = []] = languages;
    expectFormat(
      english.length === german.length && english.length === french.length,
      "its languages have not the same number of lines",
    );
    const rows = english.map((line, i) => [line, german[i] ?? "", french[i] ?? ""].map(cellOf).join("\t"));
    return fileOf(["en\tde\tfr", ...rows]);
  });

function gunzip(bytes: Uint8Array | undefined): Uint8Array {
  try {
    return gunzipSync(bytes ?? new Uint8Array(0));
  } catch (error) {
    expectFormat(false, `it is no gzip file (${String(error)})`);
    throw error;
  }
}

const byOrder = (a: { readonly order: string }, b: { readonly order: string }) =>
  a.order < b.order ? -1 : a.order > b.order ? 1 : 0;

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
