// Preparations: originals become files. Small originals are in the form of the public ones, whose first lines were looked up.

import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import { zipSync } from "fflate";
import { describe, expect, test } from "vitest";
import { entryOf } from "../../../src/data/catalogue/catalogue.ts";
import { plainTar, untar } from "../../../src/data/catalogue/prepare/archives.ts";
import { m3, m4 } from "../../../src/data/catalogue/prepare/competitions.ts";
import { parseCsv, writeCsv } from "../../../src/data/catalogue/prepare/csv.ts";
import { multivariate, univariate } from "../../../src/data/catalogue/prepare/labelled.ts";
import {
  airPassengers,
  ikeaPrices,
  plainText,
  shoePrices,
} from "../../../src/data/catalogue/prepare/tables.ts";
import {
  arabicTweets,
  imdb,
  multi30k,
  wnut17,
  yelpPolarity,
  yelpReviews,
  yelpSentences,
} from "../../../src/data/catalogue/prepare/texts.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const text = (content: Uint8Array | undefined) => new TextDecoder().decode(content);
const sha256 = (content: Uint8Array | string) => createHash("sha256").update(content).digest("hex");
const texts = (contents: readonly Uint8Array[]) => contents.map(text);

describe("CSV", () => {
  test("quotes, quotes in quotes, line ends in quotes, empty cells at ends", () => {
    const rows = parseCsv('a,"b ""c"", d","e\nf"\n,,\n"",x,\nlast');
    expect(rows).toEqual([["a", 'b "c", d', "e\nf"], ["", "", ""], ["", "x", ""], ["last"]]);
    expect(text(writeCsv(rows.slice(0, 2)))).toBe('a,"b ""c"", d","e\nf"\n,,\n');
  });

  test("what is no CSV is told", () => {
    expect(() => parseCsv('a,"b')).toThrow("a quote is never closed");
    expect(() => parseCsv('"a"b,c')).toThrow("a quote ends within a cell");
  });
});

describe("tar", () => {
  test("what is written is read, and is the same however it came about", () => {
    const files = [["a/one.txt", bytes("1")] as const, ["two", new Uint8Array(1000)] as const];
    const tar = plainTar(files);
    expect(tar.length % 10_240).toBe(0);
    expect([...untar(tar)]).toEqual(files.map(([name, content]) => [name, content]));
  });

  test("long names: of GNU and of pax", () => {
    const long = `${"d/".repeat(60)}file.txt`;
    const record = `${long.length + 10} path=${long}\n`;
    const gnu = Buffer.from(
      plainTar([
        ["././@LongLink", bytes(`${long}\0`)],
        ["short", bytes("x")],
      ]),
    );
    gnu[156] = "L".charCodeAt(0);
    expect([...untar(gnu).keys()]).toEqual([long]);
    const pax = Buffer.from(
      plainTar([
        ["PaxHeaders/file", bytes(record)],
        ["short", bytes("x")],
      ]),
    );
    pax[156] = "x".charCodeAt(0);
    expect([...untar(pax).keys()]).toEqual([long]);
  });

  test("one that ends in the middle is told", () => {
    const tar = plainTar([["two", new Uint8Array(5000)]]);
    expect(() => untar(tar.subarray(0, 2048))).toThrow("the tar archive ends in the middle of a file");
    expect(() => untar(new Uint8Array(1024).fill(65))).toThrow("it is no tar archive");
  });
});

describe("tables", () => {
  test("the airline passengers: decimal years, rounded or not, become months", () => {
    const table =
      "rownames,time,value\n1,1949,112\n2,1949.08333333333,118\n12,1949.91666666667,118\n13,1950,115\n";
    expect(texts(airPassengers([bytes(table)]))).toEqual([
      "month,passengers\n1949-01,112\n1949-02,118\n1949-12,118\n1950-01,115\n",
    ]);
    expect(() => airPassengers([bytes("a,b\n1,2\n")])).toThrow('it has no column "time", only a, b');
  });

  test("a byte order mark and Windows line ends go", () => {
    expect(texts(plainText([bytes("\ufeffa,b\r\n1,2\r\n")]))).toEqual(["a,b\n1,2\n"]);
  });

  // The first rows of philipkrueck/ikea_analysis, ikea.csv.
  test("IKEA", () => {
    const table = [
      "X1;item_id;name;category;price;old_price;sellable_online;link;other_colors;short_description;designer;depth;height;width",
      "0;90420332;FREKVENS;Bar furniture;265,0;No old price;TRUE;https://www.ikea.com/sa/en/p/frekvens-bar-table-in-outdoor-black-90420332/;No;Bar table, in/outdoor,          51x51 cm;Nicholai Wiig Hansen;;99;51",
      "2;9333523;NORDVIKEN / NORDVIKEN;Bar furniture;2095,0;No old price;FALSE;https://www.ikea.com/sa/en/p/nordviken-nordviken-bar-table-and-4-bar-stools-black-black-s09333523/;No;Bar table and 4 bar stools;Francis Cayouette;;;",
      "",
    ].join("\n");
    expect(texts(ikeaPrices([bytes(table)]))).toEqual([
      [
        "item_id,name,category,price,sellable_online,other_colors,short_description,designer,depth,height,width",
        '90420332,FREKVENS,Bar furniture,265.0,TRUE,No,"Bar table, in/outdoor, 51x51 cm",Nicholai Wiig Hansen,,99,51',
        "9333523,NORDVIKEN / NORDVIKEN,Bar furniture,2095.0,FALSE,No,Bar table and 4 bar stools,Francis Cayouette,,,",
        "",
      ].join("\n"),
    ]);
  });

  // The first and the fourth row of mia-mifeng/womens-shoes, data/cleaned-womens-shoe-prices.csv, the latter's links shortened.
  test("women's shoes", () => {
    const table =
      '"id","price.avg","brand","colors","imageURLs"\n"AVpfHA14ilAPnD_xVJTa",2300,"Gucci","",""\n"AVpe5ybYLJeJML43x6hZ",1631,"","Khaki,Blue","http://a,http://b"\n';
    expect(texts(shoePrices([bytes(table)]))).toEqual([
      'id,brand,colors,price_usd\nAVpfHA14ilAPnD_xVJTa,Gucci,,2300\nAVpe5ybYLJeJML43x6hZ,,"Khaki,Blue",1631\n',
    ]);
  });

  // The first rows of Shiva-gs/ML-Project-Stock-Predict, individual_stocks_5yr/AAPL_data.csv.
  test("stocks: columns in another order, prices rounded, other symbols' rows left out", () => {
    const { originals, prepare } = entryOf("stocks");
    const head = "Date,High,Low,Open,Close,Volume,Adj Close,Name\n";
    const apple = `${head}2015-01-12,112.62999725341797,108.80000305175781,112.5999984741211,109.25,49650800.0,100.38079071044922,AAPL\n2015-01-15,110.05999755859375,106.66000366210938,110.0,106.81999969482422,60014000.0,98.14805603027344,AAPL\n`;
    const [table] = texts(prepare?.(originals.map((_, i) => bytes(i === 0 ? apple : head))) ?? []);
    expect(table).toBe(
      "Date,Symbol,Open,High,Low,Close,AdjClose,Volume\n2015-01-12,AAPL,112.599998,112.629997,108.800003,109.25,100.380791,49650800\n2015-01-15,AAPL,110,110.059998,106.660004,106.82,98.148056,60014000\n",
    );
  });
});

describe("competitions", () => {
  test("M4: rows of quoted cells, filled up with empty ones or with NA", () => {
    const train = '"V1","V2","V3","V4"\n"H1","605","586","586.5"\n"H2","3",,\n"H3","4","5",NA\n';
    const test = '"V1","V2"\n"H1","1"\n"H2","2"\n"H3","3"\n';
    expect(texts(m4(24)([bytes(train), bytes(test)]))).toEqual([
      "id,period,horizon,n_train,train,test\nH1,24,1,3,605 586 586.5,1\nH2,24,1,1,3,2\nH3,24,1,2,4 5,3\n",
    ]);
    expect(() => m4(24)([bytes(train), bytes('"V1","V2"\n"H1","1"\n')])).toThrow(
      "series H2 has no test part",
    );
  });

  test("M3: the last values are the test part, whole numbers lose their .0, dates become decimal years", () => {
    const part = (name: string, count: number, line: string) =>
      zipSync({
        [`m3_${name}_dataset.tsf`]: bytes(`# M3\n@frequency ${name}\n@data\n${`${line}\n`.repeat(count)}`),
      });
    const values = Array.from({ length: 20 }, (_, i) => `${i}.0`).join(",");
    const [table = ""] = texts(
      m3([
        part("yearly", 645, `T1:1975-01-01 00-00-00:${values}`),
        part("quarterly", 756, `T1:1984-04-01 00-00-00:${values}.25`),
        part("monthly", 1428, `T1:1990-02-01 00-00-00:${values}`),
        part("other", 174, `T1:${values}`),
      ]),
    );
    const rows = table.trimEnd().split("\n");
    expect(rows).toHaveLength(3004);
    expect(rows[0]).toBe("id,name,frequency,category,period,horizon,n_train,start,train,test");
    expect(rows[1]).toBe("N0001,N0001,YEARLY,,1,6,14,1975,0 1 2 3 4 5 6 7 8 9 10 11 12 13,14 15 16 17 18 19");
    expect(rows[646]?.split(",").slice(0, 8).join()).toBe("N0646,N0646,QUARTERLY,,4,8,12,1984.25");
    expect(rows[1402]?.split(",").slice(0, 8).join()).toBe("N1402,N1402,MONTHLY,,12,18,2,1990.083333");
    expect(rows[3003]?.split(",").slice(0, 8).join()).toBe("N3003,N3003,OTHER,,1,8,12,1");
    expect(() => m3([part("yearly", 3, `T1:${values}`)])).toThrow("it has 3 yearly series, not 645");
  });
});

describe("labelled series", () => {
  const archive = (train: string, test: string) =>
    zipSync({ "Set_TRAIN.ts": bytes(train), "x/Set_TEST.ts": bytes(test), "Set.txt": bytes("about it") });

  test("one channel becomes a table, digit by digit", () => {
    const head = "# about\n@problemName Set\n@univariate true\n@classLabel true 1 2\n@data\n";
    const made = univariate("Set")([archive(`${head}0.10,-2e-5:1\n3,4:2\n`, `${head}5,6:1\r\n`)]);
    expect(texts(made)).toEqual(["1\t0.10\t-2e-5\n2\t3\t4\n", "1\t5\t6\n"]);
  });

  test("several channels become JSON lines", () => {
    const made = multivariate("Set")([archive("@data\n1.5,2:3,4:Walking\n", "@DATA\n1:2:Running\n")]);
    expect(texts(made)).toEqual([
      '{"label":"Walking","channels":[[1.5,2],[3,4]]}\n',
      '{"label":"Running","channels":[[1],[2]]}\n',
    ]);
  });

  test("what the archive lacks is told", () => {
    expect(() => univariate("Other")([archive("@data\n", "@data\n")])).toThrow(
      "the archive has no Other_TRAIN.ts, only Set_TRAIN.ts, x/Set_TEST.ts",
    );
    expect(() => univariate("Set")([bytes("<html>")])).toThrow("it is no zip archive");
  });
});

describe("texts", () => {
  test("Yelp: stars, date, text; line ends in a text become one space", () => {
    const table =
      'business_id,date,review_id,stars,text,type\nb1,2011-01-26,r1,5,"It was good.\n\nDo yourself a favor, and ""go"".",review\n';
    const archive = zipSync({ "yelp.csv": bytes(table) });
    expect(texts(yelpReviews([archive]))).toEqual([
      'stars\tdate\ttext\n5\t2011-01-26\tIt was good. Do yourself a favor, and "go".\n',
    ]);
  });

  test("Yelp's polarity: no 3 stars, no test part, as many of each class, in the order of the identifiers' sums", () => {
    const stars = (i: number) => (i % 5) + 1;
    const rows = Array.from({ length: 5000 }, (_, i) => `b,d,r${i},${stars(i)},text ${i}`);
    const archive = zipSync({
      "yelp.csv": bytes(["business_id,date,review_id,stars,text", ...rows, ""].join("\n")),
    });
    const [table = ""] = texts(yelpPolarity([archive]));
    const made = table
      .trimEnd()
      .split("\n")
      .map((line) => line.split("\t"));
    expect(made.filter(([label]) => label === "1")).toHaveLength(1341);
    expect(made.filter(([label]) => label === "0")).toHaveLength(1341);
    const places = made.map(([, one = ""]) => Number(one.slice(5)));
    expect(made.every(([label], i) => label === (stars(places[i] ?? 0) > 3 ? "1" : "0"))).toBe(true);
    expect(places.some((i) => stars(i) === 3)).toBe(false);
    const order = places.map((i) => sha256(`order/r${i}`));
    expect(order).toEqual([...order].sort());
    const left = (label: number) =>
      Array.from({ length: 5000 }, (_, i) => i)
        .filter((i) => stars(i) !== 3 && (stars(i) > 3 ? 1 : 0) === label)
        .sort((a, b) => (sha256(`yelp/r${a}`) < sha256(`yelp/r${b}`) ? -1 : 1))
        .slice(0, 335);
    expect([...left(0), ...left(1)].filter((i) => places.includes(i))).toEqual([]);
  });

  test("Yelp's sentences: those of one class, none twice, none of the training part in the test part", () => {
    const made = texts(
      yelpSentences([
        bytes("bad\nboth\nbad\n"),
        bytes("good\nboth\n"),
        bytes("bad\nworse\n"),
        bytes("best\n"),
      ]),
    );
    expect(made.map((one) => one.trimEnd().split("\n").sort())).toEqual([
      ["0\tbad", "1\tgood"],
      ["0\tworse", "1\tbest"],
    ]);
  });

  test("tweets with their splits, whose numbers count from 0", () => {
    const [table] = texts(arabicTweets(["مرحبا\tPOS\nلا\tNEG\n", "0", "1", "", "1", "", "0"].map(bytes)));
    expect(table).toBe(
      "label\tbalanced_split\tunbalanced_split\ttext\nPOS\ttrain\ttest\tمرحبا\nNEG\tvalidation\ttrain\tلا\n",
    );
  });

  test("IMDB: in the order of the paths' sums; the small parts without texts that were taken", () => {
    const files: [string, Uint8Array][] = [["aclImdb/train/unsup/0_0.txt", bytes("left out")]];
    for (const part of ["train", "test"]) {
      for (const label of ["neg", "pos"]) {
        for (let i = 0; i < 250; i++) {
          // Every tenth text of the test part stands in the training part too.
          const of = part === "test" && i % 10 === 0 ? "train" : part;
          files.push([`aclImdb/${part}/${label}/${i}_7.txt`, bytes(`${of} ${label}\t${i}<br />`)]);
        }
      }
    }
    const prepare = imdb(500, [100, 50]);
    const [train = "", test = "", small = "", smallTest = ""] = texts(prepare([gzipSync(plainTar(files))]));
    const linesOf = (one: string) => one.trimEnd().split("\n");
    expect([train, test, small, smallTest].map((one) => linesOf(one).length)).toEqual([500, 500, 200, 100]);
    const order = linesOf(train).map((line) => {
      const [, label, i] = /^[01]\ttrain (neg|pos) (\d+)<br \/>$/.exec(line) ?? [];
      return sha256(`aclImdb/train/${label}/${i}_7.txt`);
    });
    expect(order).toEqual([...order].sort());
    const taken = new Set(linesOf(small));
    expect(linesOf(smallTest).filter((line) => taken.has(line))).toEqual([]);
    expect(linesOf(smallTest).filter((line) => line.startsWith("1"))).toHaveLength(50);
    expect(() => prepare([gzipSync(plainTar(files.slice(0, 9)))])).toThrow("it has 8 train reviews, not 500");
  });

  test("sentences of WNUT end in empty lines; Multi30k's languages stand side by side", () => {
    expect(texts(wnut17([bytes("A\tO\n\t\nB\tO\n\n")]))).toEqual(["A\tO\n\nB\tO\n\n"]);
    const parts = Array.from({ length: 9 }, (_, i) => gzipSync(bytes(`a${i}\nb${i}\n`)));
    expect(texts(multi30k(parts))[1]).toBe("en\tde\tfr\na3\ta4\ta5\nb3\tb4\tb5\n");
    parts[4] = gzipSync(bytes("one\n"));
    expect(() => multi30k(parts)).toThrow("its languages have not the same number of lines");
  });
});
