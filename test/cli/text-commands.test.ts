// The commands of texts: classify train, predict and explain; generate; embed. What they print and write, and what they refuse.

import { execFile } from "node:child_process";
import { mkdir, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { type CliResult, runCli, testFolder } from "./run-cli.ts";

const main = fileURLToPath(new URL("../../src/cli/main.ts", import.meta.url));
const folder = testFolder("text");
const at = (...names: string[]) => join(folder.path, ...names);
const recurra = (...argv: string[]) => runCli(argv);

const KINDS: Readonly<Record<string, readonly string[]>> = {
  billing: ["invoice", "refund", "credit card", "charged twice"],
  praise: ["thank you", "wonderful", "great support", "😀"],
  shipping: ["parcel", "courier", "arrived late", "package"],
  technical: ["crash", "screen is black", "error", "freezes"],
};
const REST = ["please help", "since Monday", 'my friend said "call them"', "so I wrote", "at work"];

/** Texts whose words tell their class, in turn. */
function tickets(count: number): readonly { readonly message: string; readonly department: string }[] {
  const names = Object.keys(KINDS);
  return Array.from({ length: count }, (_, i) => {
    const department = names[i % names.length] ?? "";
    const own = KINDS[department] ?? [];
    const [a, b, c] = [own[i % 3], own[(i % 3) + 1], REST[(i * 7) % REST.length]];
    return { message: i % 5 === 0 ? `${c},\n${a}, ${b}` : `${a}, ${c}, ${b}`, department };
  });
}

const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`;
const csv = (rows: ReturnType<typeof tickets>) =>
  `id,message,department\n${rows.map(({ message, department }, i) => `${i},${quoted(message)},${department}`).join("\n")}\n`;

const MLP = ["--model", "mlp", "--learning-rate", "0.02"];

describe("recurra classify", () => {
  let trained: CliResult;
  const out = () => at("tickets");
  beforeAll(async () => {
    const file = await folder.file("tickets.csv", csv(tickets(120)));
    trained = await recurra(
      "classify",
      "train",
      file,
      "--label",
      "department",
      ...MLP,
      "--epochs",
      "6",
      "--out",
      out(),
    );
  }, 30_000);

  test("train tells what was assumed and each epoch, prints the test, writes the folder", async () => {
    expect(trained.code).toBe(0);
    expect(trained.stderr).toContain('the labels column "department".\n');
    expect(trained.stderr).toMatch(
      /^epoch 1 of 6: loss \d\.\d{3}, accuracy \d+\.\d %; held out: loss \d\.\d{3}, accuracy \d+\.\d %$/m,
    );
    expect(trained.stdout).toContain(
      "Accuracy on 24 test texts: 100.0 % (95 % confidence: 86.2 % to 100.0 %)",
    );
    expect(trained.stdout).toContain("Always “billing”: 25.0 %");
    expect((await readdir(out())).sort()).toEqual([
      "metrics.json",
      "model",
      "predictions.csv",
      "report.html",
    ]);
    const page = await readFile(join(out(), "report.html"), "utf8");
    expect(page).toContain("24 of 24 test texts got their class: 100.0 %");
    expect(page).not.toMatch(/NaN|undefined|https?:\/\/(?!www\.w3\.org)/);
  });

  test("predict takes the columns of the training, and tells how many were right", async () => {
    const later = await folder.file("later.csv", csv(tickets(8)));
    const { code, stdout, stderr } = await recurra("classify", "predict", out(), later);
    expect(code).toBe(0);
    expect(stdout).toMatch(
      /^row,label,prediction,p_billing,p_praise,p_shipping,p_technical,text\n2,billing,billing,0\./,
    );
    expect(stderr).toContain("8 of 8 got their class: 100.0 %.\n");

    const { stdout: json } = await recurra("classify", "predict", join(out(), "model"), later, "--json");
    expect(JSON.parse(json)[1]).toMatchObject({ row: 3, label: "praise", prediction: "praise" });
  });

  test("predict writes a file, also where labels are missing", async () => {
    const path = await folder.file(
      "bare.csv",
      "message,department\nthe parcel arrived late,shipping\nrefund,\n",
    );
    const { code, stdout, stderr } = await recurra("classify", "predict", out(), path, "--out", at("p.csv"));
    expect([code, stdout]).toEqual([0, ""]);
    expect(stderr).toContain(`Written: ${at("p.csv")}\n`);
    expect(await readFile(at("p.csv"), "utf8")).toMatch(
      /^row,label,prediction,p_billing.*\n2,shipping,shipping,.*\n3,,billing,/,
    );
  });

  test("explain marks the strongest words, emoji among them", async () => {
    const text = "My parcel never arrived, 😀.";
    const { code, stdout } = await recurra("classify", "explain", out(), text, "--class", "shipping");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^shipping: 0\.\d{4} \(without any of the words 0\.\d{4}\)\n/);
    expect(stdout).toMatch(/^My \[\+parcel\] never \[\+arrived\], \[−😀\]\.$/m);

    const page = at("why.html");
    const { stdout: json } = await recurra("classify", "explain", out(), text, "--json", "--out", page);
    const { words, probability, baseValue } = JSON.parse(json);
    const sum = words.reduce((total: number, { value }: { value: number }) => total + value, baseValue);
    expect(sum).toBeCloseTo(probability, 6);
    expect(await readFile(page, "utf8")).toContain("Why “");
  });

  test.each([
    [["--class", "shiping"], "parcel", 'There is no class "shiping" (--class). Did you mean "shipping"?'],
    [[], " ", "The text is empty. Give one with words."],
    [[], "?!", 'The text "?!" has no words to explain.'],
    [
      ["--out", "why.pdf"],
      "parcel",
      'Cannot write "why.pdf": wanted a name that ends in .html, .svg or .png.',
    ],
  ])("explain refuses %j %j", async (argv, text, message) => {
    const { code, stdout, stderr } = await recurra("classify", "explain", out(), text, ...argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("several labels each, of JSON lines; one JSON document on standard output", async () => {
    const rows = tickets(80).map(({ message, department }, i) => {
      const other = i % 3 === 0 && department !== "praise" ? ["praise"] : [];
      return JSON.stringify({
        text: other.length > 0 ? `${message} wonderful` : message,
        tags: [department, ...other],
      });
    });
    const file = await folder.file("tags.jsonl", rows.join("\n"));
    const path = at("tags");
    const argv = ["classify", "train", file, ...MLP, "--epochs", "3", "--out", path];
    const { code, stdout, stderr } = await recurra(...argv, "--json");
    expect(code).toBe(0);
    expect(stderr).toMatch(/^epoch 1 of 3: loss \d\.\d{3}; held out: loss \d\.\d{3}$/m);
    expect(JSON.parse(stdout)).toMatchObject({
      data: { classes: Object.keys(KINDS), training: 64, test: 16 },
    });
    const { stdout: told } = await recurra("classify", "explain", path, "a wonderful refund");
    expect(told).toMatch(/^Labels: .*\(explain another by --class\)$/m);
  });

  test("many classes of long names have a table of words, names of any direction are set apart", async () => {
    const names = ["חיובי", "Customer relations and general complaints", ..."abcdefgh"];
    const rows = Array.from({ length: 100 }, (_, i) => `word${i % 10} and so on ${i % 7},${names[i % 10]}`);
    const file = await folder.file("many.csv", `text,label\n${rows.join("\n")}\n`);
    const path = at("many");
    expect((await recurra("classify", "train", file, ...MLP, "--epochs", "1", "--out", path)).code).toBe(0);
    const page = await readFile(join(path, "report.html"), "utf8");
    expect(page).toMatch(/<td><bdi>חיובי<\/bdi><\/td><td><bdi>word0<\/bdi>/);
    expect(page).toContain(
      '<span title="Customer relations and general complaints"><bdi>Customer relations and …</bdi>',
    );
  });

  test.each([
    [
      "a label column of one class",
      "text,label\na film,good\nb film,good\n",
      [],
      'all 2 texts have the label "good"',
    ],
    [
      "no column of labels",
      csv(tickets(20)).replace("department", "kind"),
      [],
      '(beside it there is id and kind); column "kind" has 4 values: name one with --label',
    ],
    [
      "a column that is not there",
      csv(tickets(20)),
      ["--label", "departement"],
      'Did you mean "department"?',
    ],
    ["an empty file", "", [], "the file is empty"],
    [
      "an encoding that is none",
      csv(tickets(20)),
      ["--encoding", "utf-88"],
      "Wanted an encoding such as utf-8",
    ],
  ])("train refuses %s", async (_, content, argv, message) => {
    const file = await folder.file("bad.csv", content);
    const { code, stdout, stderr } = await recurra("classify", "train", file, "--out", at("never"), ...argv);
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(await readdir(folder.path)).not.toContain("never");
  });

  test("train names the row of a test label that it was not trained on", async () => {
    const file = await folder.file("train.csv", csv(tickets(20)));
    const other = await folder.file("test.csv", "message,department\nrefund,billing\nparcel,shiping\n");
    const { code, stderr } = await recurra("classify", "train", file, other, "--label", "department");
    expect(code).toBe(2);
    expect(stderr).toContain('test.csv, row 3: the label "shiping" is none of those trained on');
    expect(stderr).toContain('Did you mean "shipping"?');
  });

  test("train refuses plain text, and a folder of other files before it reads anything", async () => {
    const plain = await folder.file("plain.txt", "One line.\nAnother line.\n");
    expect((await recurra("classify", "train", plain)).stderr).toContain(
      "plain.txt is plain text without labels.",
    );
    await mkdir(at("full"));
    await folder.file(join("full", "thesis.tex"), "Years of work");
    const { code, stderr } = await recurra("classify", "train", "nosuch.csv", "--out", at("full"));
    expect(code).toBe(2);
    expect(stderr).toContain("it holds other files (thesis.tex)");
  });

  test("a quotation mark that nothing closes: the option that the message names takes it as it is", async () => {
    const rows = Array.from(
      { length: 20 },
      (_, i) => `${i === 0 ? '"' : ""}${i % 2 ? "good" : "bad"} film,${i % 2}`,
    );
    const file = await folder.file("open.csv", ["text,label", ...rows].join("\n"));
    const argv = ["classify", "train", file, ...MLP, "--epochs", "1", "--out", at("open")];
    expect((await recurra(...argv)).stderr).toContain("--no-quotes.");
    expect((await recurra(...argv, "--no-quotes")).code).toBe(0);
  });

  test("rows left out are told by number, once", async () => {
    const rows = Array.from({ length: 30 }, (_, i) => `${i % 2 ? "good" : "bad"} film,${i % 2}`);
    const file = await folder.file("holes.csv", ["text,label", ...rows, ",1", "fine,0"].join("\n"));
    const argv = [...MLP, "--epochs", "1", "--on-error", "skip", "--out", at("holes")];
    const { code, stderr } = await recurra("classify", "train", file, ...argv);
    expect(code).toBe(0);
    expect(stderr).toContain("1 row of holes.csv left out; the first is row 32: the text is empty");
  });
});

const VERSE = `${"The quick brown fox jumps over the lazy dog.\n".repeat(40)}`;

describe("recurra generate", () => {
  test("counts: the text as it is, a summary, the folder; sample writes", async () => {
    const file = await folder.file("fox.txt", VERSE);
    const out = at("fox");
    const { code, stdout } = await recurra("generate", "train", file, "--model", "ngram", "--out", out);
    expect(code).toBe(0);
    expect(stdout).toContain(`different characters in ${VERSE.length.toLocaleString("en-US")};`);
    expect((await readdir(out)).sort()).toEqual(["metrics.json", "model", "report.html", "samples.txt"]);
    expect(await readFile(join(out, "report.html"), "utf8")).not.toMatch(/NaN|undefined/);

    const { stdout: text } = await recurra(
      "generate",
      "sample",
      out,
      "--prompt",
      "The quick",
      "--length",
      "20",
      "--temperature",
      "0",
    );
    expect(text).toBe("The quick brown fox jumps ove\n");
    const { stdout: json } = await recurra(
      "generate",
      "sample",
      out,
      "--count",
      "2",
      "--length",
      "5",
      "--json",
    );
    expect(JSON.parse(json)).toEqual({
      prompt: "",
      texts: [
        { seed: 0, text: expect.any(String) },
        { seed: 1, text: expect.any(String) },
      ],
    });
    const refused = await recurra("generate", "sample", out, "--prompt", "The €");
    expect([refused.code, refused.stdout]).toEqual([2, ""]);
    expect(refused.stderr).toContain('The model cannot read the character "€" of the prompt');
  });

  test("a network: epochs with samples on standard error, one document on standard output", {
    timeout: 20_000,
  }, async () => {
    const file = await folder.file("words.txt", VERSE);
    const out = at("words");
    const argv = [
      "--model",
      "gru",
      "--level",
      "word",
      "--units",
      "8",
      "--context",
      "10",
      "--epochs",
      "2",
      "--seed",
      "1",
    ];
    const { code, stdout, stderr } = await recurra(
      "generate",
      "train",
      file,
      ...argv,
      "--out",
      out,
      "--json",
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^epoch 2 of 2: loss \d\.\d{3}; held out: \d\.\d{3}\n {4}The quick brown fox jumps over the lazy/m,
    );
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({ name: "gru", characters: VERSE.length, tokenizer: "words" });
    expect(document.learning.map(({ epoch }: { epoch: number }) => epoch)).toEqual([1, 2]);
    // Words have no line end to begin after: it begins all the same.
    const sample = await recurra("generate", "sample", out, "--length", "4");
    expect([sample.code, sample.stderr]).toEqual([0, ""]);
    expect(sample.stdout.trim()).not.toBe("");
  });

  test.each([
    [["short.txt", "--model", "lstm"], "tokens; wanted 101 at least, for a context of 100"],
    [["short.txt", "--prompt", "ζ", "--model", "ngram"], 'has the character "ζ", which is not in the text'],
    [["short.txt", "--model", "ngram", "--epochs", "3"], "--epochs is not for --model ngram"],
    [["nosuch.txt"], "there is no such file"],
    [["short.txt", "--held-out", "1"], "Wanted a number from 0 to 0.9."],
  ])("train refuses %j", async ([name = "", ...argv], message) => {
    await folder.file("short.txt", "Hello there.\nIt ends here.\n");
    const { code, stdout, stderr } = await recurra(
      "generate",
      "train",
      at(name),
      ...argv,
      "--out",
      at("never"),
    );
    expect([code, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
    expect(await readdir(folder.path)).not.toContain("never");
  });
});

describe("recurra embed", () => {
  test("train, nearest, analogy and evaluate, each one JSON document", async () => {
    const file = await folder.file("corpus.txt", VERSE);
    const out = at("vectors");
    const argv = ["--size", "4", "--passes", "1", "--threads", "1", "--out", out];
    const trained = await recurra("embed", "train", file, ...argv, "--json");
    expect(JSON.parse(trained.stdout)).toEqual({ words: 8, width: 4, folder: out });
    expect((await recurra("embed", "train", file, ...argv)).stdout).toContain(
      `recurra embed nearest ${out} quick\n`,
    );

    const { stdout } = await recurra("embed", "nearest", out, "fox", "dog", "--count", "2", "--json");
    expect(JSON.parse(stdout).map(({ question }: { question: string }) => question)).toEqual(["fox", "dog"]);
    const one = await recurra("embed", "analogy", out, "fox", "dog", "quick", "--count", "1", "--json");
    expect(JSON.parse(one.stdout)).toEqual({
      question: "fox : dog = quick : …",
      answers: [{ word: expect.any(String), similarity: expect.any(Number) }],
    });
    const pairs = await folder.file("pairs.tsv", "fox\tdog\t9\nquick\tlazy\t2\nover\tthe\t1\n");
    const { stdout: found } = await recurra("embed", "evaluate", out, pairs, "--json");
    expect(JSON.parse(found)).toMatchObject({ found: 3, pairs: 3 });
    for (const method of ["tsne", "umap", "pca"]) {
      const drawn = at(`${method}.svg`);
      const map = await recurra("embed", "map", out, "--method", method, "--out", drawn);
      expect([map.code, map.stderr.trim().split("\n").at(-1)]).toEqual([0, `Written: ${drawn}`]);
      const picture = await readFile(drawn, "utf8");
      expect(picture).toContain(">fox<");
      expect(picture).toMatch(/>All words by (t-SNE|UMAP|principal components)</);
    }
    const odd = await recurra("embed", "map", out, "--out", "map.gif");
    expect([odd.code, odd.stderr]).toEqual([
      2,
      expect.stringContaining("wanted a name that ends in .html, .svg or .png"),
    ]);
    const near = await recurra("embed", "nearest", out, "foxx");
    expect(near.code).toBe(2);
    expect(near.stderr).toContain('Did you mean "fox"?');
  });
});

test("a model of another kind is told", async () => {
  const file = await folder.file("kinds.txt", VERSE);
  const counts = at("kinds");
  await recurra("generate", "train", file, "--model", "ngram", "--out", counts);
  const classify = await recurra("classify", "predict", counts, file);
  expect(classify.code).toBe(2);
  expect(classify.stderr).toContain(
    "it is a language model. Use it with recurra generate sample, or give the folder that recurra classify train wrote.",
  );
  const embed = await recurra("embed", "nearest", counts, "fox");
  expect(embed.code).toBe(2);
  expect(embed.stderr).toContain(
    "it is a language model. Use it with recurra generate sample, or give the folder that recurra embed train wrote.",
  );
  const generate = await recurra("generate", "sample", at("nosuch"));
  expect(generate.stderr).toContain(
    "there is no such folder. Give the folder that recurra generate train wrote.",
  );
});

test.skipIf(process.platform === "win32")(
  "Ctrl-C ends a training: 130, and nothing is written",
  { timeout: 30_000 },
  async () => {
    const file = await folder.file("long.csv", csv(tickets(200)));
    const argv = [
      "classify",
      "train",
      file,
      "--label",
      "department",
      ...MLP,
      "--epochs",
      "100000",
      "--out",
      at("stopped"),
    ];
    const code = await new Promise<unknown>((resolve) => {
      const child = execFile(process.execPath, ["--conditions=source", main, ...argv], (error) =>
        resolve(error?.code),
      );
      // A signal before the first epoch would end the start of the program.
      child.stderr?.on("data", (text: string) => {
        if (text.includes("epoch 1 of")) child.kill("SIGINT");
      });
    });
    expect(code).toBe(130);
    expect((await readdir(folder.path)).filter((name) => name.includes("stopped"))).toEqual([]);
  },
);
