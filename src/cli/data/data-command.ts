// `recurra data`: the catalogue of data sets, what of it is on this machine, and how the rest gets there.

import { Command, Option } from "commander";
import type { CopiedFile } from "../../data/catalogue/copy-set.ts";
import type { CatalogueEntry, DatasetKind } from "../../data/catalogue/entry.ts";
import type { FetchedFile, FetchOptions } from "../../data/catalogue/fetch-set.ts";
import type { Place } from "../../data/catalogue/folders.ts";
import type { Located } from "../../data/catalogue/locate.ts";
import type { CliContext } from "../context.ts";
import { nonEmpty } from "../options.ts";

/** What tests put in the place of the catalogue. */
export interface DataCommandParts {
  readonly catalogue?: readonly CatalogueEntry[];
}

interface ListArguments {
  readonly kind?: DatasetKind;
  readonly dataDir?: string;
  readonly json?: boolean;
}

interface GetArguments {
  readonly to?: string;
  readonly dataDir?: string;
  readonly acceptChange?: boolean;
}

interface PathArguments {
  readonly dataDir?: string;
}

const EXAMPLES = `
Examples:
  recurra data list --kind forecasting
      what there is, and whether it is on this machine
  recurra data get nietzsche etth1
      downloads two sets into the cache, checked by SHA-256
  recurra forecast "$(recurra data path etth1)" --time date --target OT
      uses one of them

Sets are looked for in the folder of --data-dir, in that of the environment
variable RECURRA_DATA, and in the cache: RECURRA_CACHE, or the user's cache folder.
`;

const LIST_EXAMPLES = `
Examples:
  recurra data list
  recurra data list --kind text
  recurra data list --json | jq -r '.[].name'

A size is that of the files, unpacked. "to fetch" says how much is downloaded for them.
`;

const GET_EXAMPLES = `
Examples:
  recurra data get nietzsche
      downloads it into the cache, unless it is on this machine already
  recurra data get m4-hourly m4-weekly --to data
      puts both into the folder data/, which RECURRA_DATA=data then names

A download that was cut off is gone on with the next time. Each file is checked by
its SHA-256, or, where the catalogue has none of the original, by that of its first
download. HTTP_PROXY, HTTPS_PROXY and NO_PROXY are heeded (Node 24.14 and later).
Without a network, it is said where to put a file by hand.
`;

const PATH_EXAMPLES = `
Examples:
  recurra data path quakes-fiji
  recurra forecast "$(recurra data path airpassengers)"

Prints the files of a set that is on this machine, a line each; downloads nothing.
`;

/** The command, ready to be added to the program. */
export function dataCommand(context: CliContext, parts: DataCommandParts = {}): Command {
  const command = new Command("data")
    .description("List, download and find the data sets of the lectures.")
    .helpCommand(false)
    .addHelpText("after", EXAMPLES);
  command.addCommand(
    new Command("list")
      .description("Print the catalogue: name, kind, size, licence, and where each set is now.")
      .addOption(
        new Option("--kind <KIND>", "sets of one kind").choices([
          "forecasting",
          "classification",
          "text",
          "speech",
          "regression",
        ]),
      )
      .addOption(dataDirOption())
      .option("--json", "print one JSON document, and nothing else, on standard output")
      .addHelpText("after", LIST_EXAMPLES)
      .action((options: ListArguments) => runList(options, context, parts)),
  );
  command.addCommand(
    new Command("get")
      .description("Download data sets that are not on this machine, and check those in the cache.")
      .argument("<NAME...>", "names from the catalogue")
      .addOption(new Option("--to <DIR>", "put the files there instead of in the cache").argParser(nonEmpty))
      .addOption(dataDirOption())
      .option("--accept-change", "take a file though it differs from its first download")
      .addHelpText("after", GET_EXAMPLES)
      .action((names: string[], options: GetArguments) => runGet(names, options, context, parts)),
  );
  command.addCommand(
    new Command("path")
      .description("Print where the files of a data set are.")
      .argument("<NAME>", "a name from the catalogue")
      .addOption(dataDirOption())
      .addHelpText("after", PATH_EXAMPLES)
      .action((name: string, options: PathArguments) => runPath(name, options, context, parts)),
  );
  return command;
}

function dataDirOption(): Option {
  return new Option("--data-dir <DIR>", "a folder with copies, looked into first").argParser(nonEmpty);
}

async function runList(
  { kind, dataDir, json }: ListArguments,
  { print }: CliContext,
  parts: DataCommandParts,
): Promise<void> {
  const [{ CATALOGUE, bytesOf, downloadOf }, { placesFor }, { locate }, { catalogueTable }] =
    await Promise.all([
      import("../../data/catalogue/catalogue.ts"),
      import("../../data/catalogue/folders.ts"),
      import("../../data/catalogue/locate.ts"),
      import("./data-table.ts"),
    ]);
  const places = await placesFor({ dataDir });
  const entries = (parts.catalogue ?? CATALOGUE).filter((entry) => kind === undefined || entry.kind === kind);
  const rows = await Promise.all(
    entries.map(async (entry) => ({ entry, here: await locate(entry, places) })),
  );
  if (json !== true) {
    print(catalogueTable(rows, places));
    return;
  }
  const document = rows.map(({ entry, here }) => ({
    name: entry.name,
    title: entry.title,
    kind: entry.kind,
    licence: entry.licence,
    home: entry.home,
    note: entry.note ?? null,
    bytes: bytesOf(entry),
    downloadBytes: downloadOf(entry),
    place: here?.place.kind ?? null,
    files: entry.files.map(({ path, part, bytes, sha256, isExact }, i) => ({
      name: path,
      part,
      bytes: bytes ?? null,
      sha256: sha256 ?? null,
      // Whether a download has to have this SHA-256.
      isExact,
      path: here?.files[i]?.path ?? null,
      isExcerpt: here?.files[i]?.isExcerpt ?? false,
    })),
    originals: entry.originals.map(({ addresses, sha256 }) => ({ addresses, sha256: sha256 ?? null })),
  }));
  print(`${JSON.stringify(document, null, 2)}\n`);
}

async function runGet(
  names: readonly string[],
  { to, dataDir, acceptChange }: GetArguments,
  context: CliContext,
  parts: DataCommandParts,
): Promise<void> {
  const [{ entryOf }, { cacheFolder, placesFor }, { useProxiesOfEnvironment }, { interruptible }] =
    await Promise.all([
      import("../../data/catalogue/catalogue.ts"),
      import("../../data/catalogue/folders.ts"),
      import("../../data/catalogue/download/proxies.ts"),
      import("../interrupt.ts"),
    ]);
  // All names are looked at before the first is downloaded.
  const entries = names.map((name) => entryOf(name, parts.catalogue));
  const places = await placesFor({ dataDir });

  const stopped = "Stopped. What has come is kept; say the same again to go on with it.";
  const { signal, release } = interruptible(context, stopped);
  const restore = useProxiesOfEnvironment();
  try {
    for (const entry of entries) {
      const wanted = { cache: cacheFolder(), acceptChange, signal };
      context.print(await got(entry, places, to, wanted, context));
    }
  } finally {
    restore();
    release();
  }
}

/** Gets one set, and says what came of it. */
async function got(
  entry: CatalogueEntry,
  places: readonly Place[],
  to: string | undefined,
  wanted: FetchOptions,
  { tell }: CliContext,
): Promise<string> {
  const [{ fetchSet }, { copySet }, { locate }, { ProgressView }, { downloadProgressOf }] = await Promise.all(
    [
      import("../../data/catalogue/fetch-set.ts"),
      import("../../data/catalogue/copy-set.ts"),
      import("../../data/catalogue/locate.ts"),
      import("../progress.ts"),
      import("./data-progress.ts"),
    ],
  );
  const here = await locate(entry, places);
  const isTheirs = here !== undefined && here.place.kind !== "cache";
  if (isTheirs) return to === undefined ? hereText(entry, here) : copiedText(entry, await copySet(here, to));

  const view = new ProgressView(tell);
  try {
    const files = await fetchSet(entry, {
      ...wanted,
      // What is in the cache is checked there first.
      folder: here === undefined ? to : undefined,
      onNotice: (text) => view.notice(`${entry.name}: ${text}`),
      onProgress: (progress) => view.show(downloadProgressOf(entry.name, progress)),
    });
    await view.end();
    if (here === undefined || to === undefined) return fetchedText(entry, files);
    return copiedText(entry, await copySet(here, to));
  } finally {
    await view.end();
  }
}

async function runPath(
  name: string,
  { dataDir }: PathArguments,
  { print }: CliContext,
  parts: DataCommandParts,
): Promise<void> {
  const [{ entryOf }, { placesFor }, { locate }, { notHere }] = await Promise.all([
    import("../../data/catalogue/catalogue.ts"),
    import("../../data/catalogue/folders.ts"),
    import("../../data/catalogue/locate.ts"),
    import("../../data/catalogue/dataset.ts"),
  ]);
  const entry = entryOf(name, parts.catalogue);
  const places: readonly Place[] = await placesFor({ dataDir });
  const here = await locate(entry, places);
  if (here === undefined) throw notHere(entry, places);
  print(here.files.map(({ path }) => `${path}\n`).join(""));
}

function hereText({ name }: CatalogueEntry, { place, files }: Located): string {
  const where = place.kind === "package" ? "it comes with the package" : "it is in a data folder";
  return `${name}: ${where}; nothing to download.\n${files.map(({ path }) => `  ${path}\n`).join("")}`;
}

const CHECKS: Readonly<Record<FetchedFile["check"], string>> = {
  catalogue: "as in the catalogue",
  "as before": "as in its first download",
  "first time": "its first download: the catalogue has no checksum of it, so this one is remembered",
};

function fetchedText(entry: CatalogueEntry, files: readonly FetchedFile[]): string {
  return filesText(
    entry,
    files.map(({ path, sha256, check }) => ({ path, sha256, remark: CHECKS[check] })),
  );
}

function copiedText(entry: CatalogueEntry, files: readonly CopiedFile[]): string {
  const remarkOf = (isAsInCatalogue: boolean) => (isAsInCatalogue ? CHECKS.catalogue : "a copy");
  return filesText(
    entry,
    files.map(({ path, sha256, isAsInCatalogue }) => ({ path, sha256, remark: remarkOf(isAsInCatalogue) })),
  );
}

function filesText(
  { name, note }: CatalogueEntry,
  files: readonly { readonly path: string; readonly sha256: string; readonly remark: string }[],
): string {
  const lines = files.map(({ path, sha256, remark }) => `  ${path}\n    SHA-256 ${sha256}: ${remark}\n`);
  return `${name}:\n${lines.join("")}${note === undefined ? "" : `  ${note}\n`}`;
}
