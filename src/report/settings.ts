// The settings of models as people read them.

/** Settings as terms of a page, those left out that are undefined: `["Batch size", "32"]` for `{ batchSize: 32 }`. */
export function settingTerms(settings: Readonly<Record<string, unknown>>): (readonly [string, string])[] {
  return Object.entries(settings)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => [settingName(name), VALUES[name]?.[String(value)] ?? settingText(value)]);
}

/** Options that say little by their names. */
const NAMES: Readonly<Record<string, string>> = {
  truncating: "longer texts lose",
  validationSplit: "held out",
  clip: "longest gradient",
  trainEmbedding: "vectors learned on",
  balanced: "classes weigh alike",
  minCount: "fewest occurrences",
  numWords: "the most frequent",
  vocabularySize: "at most",
  oovToken: "all others as",
  unknownToken: "all others as",
  unicode: "punctuation of all scripts",
  lower: "in lower case",
  windowed: "reads windows",
};

/** And values. */
const VALUES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  truncating: { pre: "their beginning", post: "their end" },
};

/** `Batch size` for `batchSize`. */
export function settingName(name: string): string {
  const words = inWords(name);
  return `${words[0]?.toUpperCase() ?? ""}${words.slice(1)}`;
}

/** `20,000`; `yes`; `words (the most frequent 20,000, all others as <unknown>)` for a config with a name. */
export function settingText(value: unknown): string {
  if (typeof value === "number") return numberText(value);
  if (typeof value === "boolean") return value ? "yes" : "no";
  if (Array.isArray(value)) return value.map(settingText).join(", ");
  if (typeof value === "object" && value !== null) return configText(value as Record<string, unknown>);
  return String(value);
}

function configText({ name, ...options }: Readonly<Record<string, unknown>>): string {
  const list = Object.entries(options)
    .filter(([, value]) => value !== undefined)
    .map(([option, value]) => `${inWords(option)} ${settingText(value)}`)
    .join(", ");
  if (name === undefined) return list;
  return list === "" ? String(name) : `${name} (${list})`;
}

function numberText(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString("en-US") : String(Number(value.toPrecision(4)));
}

/** `batch size` for `batchSize`, and what says more for some; capitals at the start or in a row stay as they are. */
function inWords(name: string): string {
  return Object.hasOwn(NAMES, name)
    ? (NAMES[name] ?? "")
    : name.replace(/(?<=[a-z])([A-Z])/g, (letter) => ` ${letter.toLowerCase()}`);
}
