// The catalogue's series to be classified.

import { pageOf, type Repository, repositoryFile } from "./addresses.ts";
import type { CatalogueEntry, CatalogueFile, Original, Preparation } from "./entry.ts";
import { multivariate, univariate } from "./prepare/labelled.ts";
import { plainText, renamed } from "./prepare/tables.ts";

const ARCHIVE = "https://www.timeseriesclassification.com";

/** Says how the copies in data folders came about. */
const UCR_NOTE =
  "Downloaded, it is the archive's .ts as a table; copies in data folders may have other digits of the same values.";

const FORD: Repository = { owner: "hfawaz", name: "cd-diagram" };
const R_DATASETS: Repository = {
  owner: "vincentarelbundock",
  name: "Rdatasets",
  commit: "cc03c29690889dbe83089f5206e2422db8c3f71f",
};
const PLOTLY: Repository = { owner: "plotly", name: "datasets" };

/** A training and a test file with sizes and checksums. */
type Parts = readonly (readonly [path: string, bytes: number, sha256: string])[];

function partsOf(parts: Parts): CatalogueFile[] {
  return parts.map(([path, bytes, sha256], i) => ({
    path: `ucr/${path}`,
    part: i === 0 ? "train" : "test",
    bytes,
    sha256,
    isExact: false,
  }));
}

function archived(
  name: string,
  set: string,
  title: string,
  about: number,
  files: readonly CatalogueFile[],
  prepare: Preparation,
): CatalogueEntry {
  const original: Original = {
    name: `${set}.zip`,
    addresses: [`${ARCHIVE}/aeon-toolkit/${set}.zip`],
    about,
  };
  return {
    name,
    title,
    kind: "classification",
    home: `${ARCHIVE}/description.php?Dataset=${set}`,
    licence: "none stated; cite the archive",
    files,
    originals: [original],
    prepare,
    note: UCR_NOTE,
  };
}

export const CLASSIFICATION_SETS: readonly CatalogueEntry[] = [
  {
    name: "forda",
    title: "FordA: engine noise, 2 classes, length 500 (UCR archive)",
    kind: "classification",
    home: `${ARCHIVE}/description.php?Dataset=FordA`,
    licence: "none stated; cite the archive",
    files: [
      { path: "ucr/FordA_TRAIN.tsv", part: "train", isExact: false, excerpt: "ucr/FordA_TRAIN_part.tsv" },
      { path: "ucr/FordA_TEST.tsv", part: "test", isExact: false, excerpt: "ucr/FordA_TEST_part.tsv" },
    ],
    originals: [
      repositoryFile(FORD, "FordA/FordA_TRAIN.tsv", 20_000_000),
      repositoryFile(FORD, "FordA/FordA_TEST.tsv", 7_000_000),
    ],
    note: "Data folders may hold excerpts: 577 of 3,601 training rows and 1,319 of 1,320 test rows.",
  },
  {
    name: "wafer",
    title: "Wafer: semiconductor sensors, 2 classes, length 152 (UCR archive)",
    kind: "classification",
    home: `${ARCHIVE}/description.php?Dataset=Wafer`,
    licence: "none stated; cite the archive",
    files: [
      {
        path: "ucr/Wafer_TRAIN.tsv",
        part: "train",
        bytes: 1_663_530,
        sha256: "a5d44c056e929ce6f406c9e88c135f1d0996bfe73f3aa4508804914956477a02",
        isExact: false,
      },
      { path: "ucr/Wafer_TEST.tsv", part: "test", isExact: false, excerpt: "ucr/Wafer_TEST_part.tsv" },
    ],
    originals: [{ name: "Wafer.zip", addresses: [`${ARCHIVE}/aeon-toolkit/Wafer.zip`], about: 6_000_000 }],
    prepare: univariate("Wafer"),
    note: `${UCR_NOTE} Data folders may hold 6,163 of 6,164 test rows.`,
  },
  archived(
    "earthquakes",
    "Earthquakes",
    "Earthquakes: hourly readings before an event or none, length 512 (UCR archive)",
    900_000,
    partsOf([
      [
        "Earthquakes_TRAIN.tsv",
        1_905_307,
        "46dddbb8e1cefc31d419bd377834281f83e1d9746cdd4eb1a5ee63aea18cefbf",
      ],
      ["Earthquakes_TEST.tsv", 819_263, "dc0f183d14e15def2ec5ef3743608c7fea942536733e7bf203b4d03ea55375ce"],
    ]),
    univariate("Earthquakes"),
  ),
  archived(
    "gunpoint",
    "GunPoint",
    "GunPoint: a hand draws a gun or points, length 150 (UCR archive)",
    400_000,
    partsOf([
      ["GunPoint_TRAIN.tsv", 83_332, "4d14e4f44a6230087cb4b4ed7844c8b0feb76f07a76108cc367d689e0de8f609"],
      ["GunPoint_TEST.tsv", 251_451, "5537eb2f3050e1514f3221b5f4c9799b350fb229ea15eed9e78bbae855505ccf"],
    ]),
    univariate("GunPoint"),
  ),
  archived(
    "italy-power",
    "ItalyPowerDemand",
    "ItalyPowerDemand: days of winter or summer, length 24 (UCR archive)",
    300_000,
    partsOf([
      [
        "ItalyPowerDemand_TRAIN.tsv",
        17_832,
        "fab46ef99232ada65773ed89b131954a91ec1da69803159cb1566f320dbaf22e",
      ],
      [
        "ItalyPowerDemand_TEST.tsv",
        273_602,
        "ab22aa53de4ef55f2e2bcbf0518565704aeec8d76f48ef1180903bf5814c47fc",
      ],
    ]),
    univariate("ItalyPowerDemand"),
  ),
  archived(
    "japanese-vowels",
    "JapaneseVowels",
    "Japanese vowels: 9 speakers, 12 channels, length 7 to 29 (UEA archive)",
    800_000,
    partsOf([
      [
        "JapaneseVowels_TRAIN.jsonl",
        500_258,
        "20a78846fcd8a7e20c22af7e1035864b1ee4ab9b9a452808128d8b3fc04d8be3",
      ],
      [
        "JapaneseVowels_TEST.jsonl",
        666_346,
        "d1f259ff5633c08e8fd968365cb22df699f720ca5222e708c97f5890a2a1756d",
      ],
    ]),
    multivariate("JapaneseVowels"),
  ),
  archived(
    "basic-motions",
    "BasicMotions",
    "BasicMotions: a smart watch, 4 motions, 6 channels, length 100 (UEA archive)",
    500_000,
    partsOf([
      [
        "BasicMotions_TRAIN.jsonl",
        228_683,
        "27c8513aebfb69e0d49a441b8e3f777e413b1a5ca01cf3b4382a976a34592b97",
      ],
      [
        "BasicMotions_TEST.jsonl",
        228_602,
        "a6f071801ae81cab08c184fbc1739afdb0d2803065bb9af1285ac114a539aa22",
      ],
    ]),
    multivariate("BasicMotions"),
  ),
  {
    name: "quakes-fiji",
    title: "1,000 seismic events near Fiji since 1964",
    kind: "classification",
    home: pageOf(R_DATASETS),
    licence: "GPL-3",
    files: [
      {
        path: "quakes_fiji.csv",
        part: "all",
        bytes: 27_950,
        sha256: "51cf71d6b1142f1762fadf4cb6f74905e479d97f44090eb9b8a5f32d049d1d3a",
        isExact: true,
      },
    ],
    originals: [repositoryFile(R_DATASETS, "csv/datasets/quakes.csv", 28_000)],
    prepare: renamed("rownames,lat,long,depth,mag,stations", "id,lat,long,depth,mag,stations"),
    note: "The original's column of row numbers is called id.",
  },
  {
    name: "quakes-world",
    title: "23,412 earthquakes of magnitude 5.5 and above, 1965 to 2016",
    kind: "classification",
    home: pageOf(PLOTLY),
    licence: "MIT",
    files: [
      {
        path: "earthquakes_1965_2016.csv",
        part: "all",
        bytes: 833_523,
        sha256: "e03a6ef53617c7614272def82dcaa2e5a463426c4abbb2b3a26936de1c88a622",
        isExact: false,
      },
    ],
    originals: [repositoryFile(PLOTLY, "earthquakes-23k.csv", 830_000)],
    prepare: plainText,
  },
];
