// The catalogue's speech, and its tables of texts and prices.

import { pageOf, type Repository, repositoryFile } from "./addresses.ts";
import type { CatalogueEntry } from "./entry.ts";
import { spokenDigits } from "./prepare/speech.ts";
import { ikeaPrices, shoePrices } from "./prepare/tables.ts";

const DIGITS: Repository = { owner: "Jakobovski", name: "free-spoken-digit-dataset" };
const IKEA: Repository = {
  owner: "philipkrueck",
  name: "ikea_analysis",
  commit: "314a3eed5dcb60ec5e768e26cc1d0ec4d6fe9358",
};
const SHOES: Repository = {
  owner: "mia-mifeng",
  name: "womens-shoes",
  commit: "d9b482cbc596bd603debf9b1a598f9196d29073c",
};

export const OTHER_SETS: readonly CatalogueEntry[] = [
  {
    name: "spoken-digits",
    title: "Free Spoken Digit Dataset: 3,000 recordings, 6 speakers, 8 kHz",
    kind: "speech",
    home: pageOf(DIGITS),
    licence: "CC BY-SA 4.0",
    files: [
      {
        path: "free_spoken_digits.tar",
        part: "all",
        bytes: 23_429_120,
        sha256: "9cbd40a399fee10d4611dc8ffe6de219695fd804a62dfb43373f183715b43877",
        isExact: false,
      },
    ],
    originals: [
      {
        name: "free-spoken-digit-dataset-1.0.10.tar.gz",
        addresses: [`${pageOf(DIGITS)}/archive/refs/tags/v1.0.10.tar.gz`],
        about: 16_000_000,
      },
    ],
    prepare: spokenDigits,
    note: "A tar archive of the recordings: recordings/DIGIT_SPEAKER_INDEX.wav. Those of index 0 to 4 are the usual test part.",
  },
  {
    name: "ikea",
    title: "3,694 pieces of IKEA furniture with their prices, April 2020",
    kind: "regression",
    home: pageOf(IKEA),
    licence: "none stated",
    files: [
      {
        path: "ikea_prices.csv",
        part: "all",
        bytes: 446_403,
        sha256: "bc1be0c08ddef99e038b6053940ff03520d9b00dd89d8e13de845e6e83cb773f",
        isExact: false,
      },
    ],
    originals: [repositoryFile(IKEA, "ikea.csv", 830_000)],
    prepare: ikeaPrices,
    note: "Links, old prices and row numbers are left out, white space is collapsed, decimal commas are points.",
  },
  {
    name: "womens-shoes",
    title: "4,555 women's shoes with brand, colours and price",
    kind: "regression",
    home: pageOf(SHOES),
    licence: "none stated",
    files: [
      {
        path: "womens_shoes_prices.csv",
        part: "all",
        bytes: 191_007,
        sha256: "167fc8c4a74de5608b9ed4032cfddeb3ca8402ed78fdadcaa53e034a5224e6a5",
        isExact: false,
      },
    ],
    originals: [repositoryFile(SHOES, "data/cleaned-womens-shoe-prices.csv", 1_030_000)],
    prepare: shoePrices,
    note: "Links to images are left out.",
  },
];
