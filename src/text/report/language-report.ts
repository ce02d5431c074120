// What `recurra generate train` leaves behind: the model, samples, figures and a page with its learning curve.

import { joinPath, writeFileAtomic } from "#platform";
import type { History } from "../../model/history.ts";
import { historySpec } from "../../plot/history-chart.ts";
import { escapeHtml, figure, htmlPage, htmlTerms, paragraph } from "../../report/page.ts";
import { settingTerms } from "../../report/settings.ts";
import type { LanguageModel } from "../language/language-model.ts";

/** A text that a model wrote, and how. */
export interface Sample {
  /** The epoch after which it was written; undefined for the finished model. */
  readonly epoch?: number | undefined;
  readonly temperature: number;
  readonly prompt: string;
  readonly text: string;
}

/** All that is told of a language model. */
export interface LanguageReport {
  readonly model: LanguageModel;
  /** Of the network or the counts: `lstm`. */
  readonly name: string;
  /** What it was trained on. */
  readonly source: string;
  readonly characters: number;
  readonly tokens: number;
  readonly vocabulary: number;
  /** What a token is: `characters`. */
  readonly tokenizer: string;
  readonly settings: Readonly<Record<string, unknown>>;
  readonly parameters?: number | undefined;
  /** On the end of the text, which was not trained on; undefined where nothing was held out. */
  readonly heldOut?:
    | {
        readonly tokens: number;
        /** Nats a token. */
        readonly crossEntropy: number;
        readonly perplexity: number;
        readonly bitsPerCharacter: number;
        /** What counts of n-grams need there, nats a token; undefined where the model is one, or the text too long to count. */
        readonly counts: { readonly order: number; readonly crossEntropy: number } | undefined;
      }
    | undefined;
  readonly history?: Pick<History, "epochs" | "logs"> | undefined;
  /** Counted from 0. */
  readonly bestEpoch?: number | undefined;
  readonly samples: readonly Sample[];
  /** What it wrote while it learned. */
  readonly learning?: readonly Sample[] | undefined;
  readonly seconds: number;
}

const FORMAT = "recurra-language-report";

/** Whether a file in the folder of a report is one that {@link writeLanguageReport} writes. */
export function isLanguageFile(name: string): boolean {
  return ["report.html", "samples.txt", "metrics.json", "model"].includes(name);
}

/** Writes report.html, metrics.json, samples.txt and model/ into a folder. */
export async function writeLanguageReport(report: LanguageReport, folder: string): Promise<void> {
  const encoder = new TextEncoder();
  const write = (name: string, text: string) =>
    writeFileAtomic(joinPath(folder, name), (sink) => sink.write(encoder.encode(text)));
  await write("report.html", await languagePage(report));
  await write(
    "samples.txt",
    `${[...(report.learning ?? []), ...report.samples].map(sampleText).join("\n\n")}\n`,
  );
  await write("metrics.json", `${JSON.stringify(languageDocument(report), null, 2)}\n`);
  await report.model.save(joinPath(folder, "model"));
}

/** The report as plain JSON. */
export function languageDocument({ model: _, history, ...rest }: LanguageReport): object {
  return { format: FORMAT, version: 1, ...rest, logs: history?.logs };
}

function sampleText({ epoch, temperature, prompt, text }: Sample): string {
  const when = epoch === undefined ? "" : `after epoch ${epoch}, `;
  return `--- ${when}temperature ${temperature} ---\n${prompt}${text}`;
}

async function languagePage(report: LanguageReport): Promise<string> {
  const { source, name, heldOut, history, bestEpoch, samples, learning = [], settings } = report;
  const title = `Language model of ${source}`;
  const whole = (count: number) => count.toLocaleString("en-US");
  const told =
    heldOut === undefined
      ? "Nothing was held out, so how good it is on text that it has not seen is not known."
      : `On the last ${whole(heldOut.tokens)} tokens, which it has not seen, it needs ${heldOut.crossEntropy.toFixed(3)} nats a token: it is as unsure as between ${heldOut.perplexity.toFixed(heldOut.perplexity < 100 ? 2 : 0)} equally likely ones (perplexity), ${heldOut.bitsPerCharacter.toFixed(3)} bits a character.${countsText(heldOut)}`;
  return htmlPage(title, [
    `<h1>${escapeHtml(title)}</h1>`,
    paragraph(
      `${displayModel(name)} of ${whole(report.characters)} characters${report.tokenizer === "characters" ? "" : `: ${whole(report.tokens)} ${report.tokenizer}`}, ${whole(report.vocabulary)} different ones.`,
      "lead",
    ),
    paragraph(told, isBeaten(heldOut) ? "verdict worse" : "verdict"),
    history === undefined || history.epochs.length < 2
      ? ""
      : await figure(
          historySpec({
            history,
            quantities: ["loss"],
            title: "Loss, nats a token",
            ...(bestEpoch !== undefined && { best: bestEpoch }),
          }),
        ),
    `<h2>What it writes</h2>`,
    ...samples.map((sample) => sampleHtml(sample, `Temperature ${sample.temperature}`)),
    paragraph(
      "Below a temperature of 1 the model keeps to what is most likely, above it takes more risks. What stands in bold was given to it.",
      "small",
    ),
    ...(learning.length === 0
      ? []
      : [
          `<h2>While it learned</h2>`,
          ...learning.map((sample) => sampleHtml(sample, `After epoch ${sample.epoch}`)),
          paragraph(`At a temperature of ${learning[0]?.temperature}.`, "small"),
        ]),
    `<h2>The model</h2>`,
    htmlTerms([
      ["Model", displayModel(name)],
      ...(report.parameters === undefined ? [] : [["Parameters", whole(report.parameters)] as const]),
      ...settingTerms(settings),
      ["Time taken", `${Math.ceil(report.seconds)} s`],
    ]),
  ]);
}

function isBeaten(heldOut: LanguageReport["heldOut"]): boolean {
  return (heldOut?.counts?.crossEntropy ?? Number.POSITIVE_INFINITY) < (heldOut?.crossEntropy ?? 0);
}

/** What a network has to beat to be worth its while. */
function countsText({ counts, crossEntropy }: NonNullable<LanguageReport["heldOut"]>): string {
  if (counts === undefined) return "";
  const told = ` Counts of ${counts.order} tokens in a row (Kneser–Ney) need ${counts.crossEntropy.toFixed(3)}`;
  return counts.crossEntropy < crossEntropy
    ? `${told}: counting does better, more text or more passes may help.`
    : `${told}.`;
}

function sampleHtml({ prompt, text }: Sample, head: string): string {
  return `<h3>${escapeHtml(head)}</h3>\n<pre class="sample" dir="auto"><b>${escapeHtml(prompt)}</b>${escapeHtml(text)}</pre>`;
}

const NAMES: Readonly<Record<string, string>> = {
  rnn: "Simple RNN",
  lstm: "LSTM",
  gru: "GRU",
  gpt: "Transformer (GPT)",
  bengio: "Neural probabilistic model (Bengio)",
  ngram: "n-grams, Kneser–Ney",
};

function displayModel(name: string): string {
  return NAMES[name] ?? name;
}
