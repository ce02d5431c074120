// The catalogue's series to be forecast.

import { pageOf, type Repository, repositoryFile } from "./addresses.ts";
import type { CatalogueEntry, Original } from "./entry.ts";
import { M3_PARTS, m3, m4 } from "./prepare/competitions.ts";
import {
  airPassengers,
  dailyStocks,
  plainText,
  renamed,
  STOCKS,
  withoutRowNumbers,
} from "./prepare/tables.ts";

const R_DATASETS = { owner: "vincentarelbundock", name: "Rdatasets" } as const;
const SLIDES: Repository = {
  owner: "DSApps-2023",
  name: "Class_Slides",
  commit: "e2be142471353f52551c2044fd4cddeb5f422cea",
};
const STOCK_PROJECT: Repository = {
  owner: "Shiva-gs",
  name: "ML-Project-Stock-Predict",
};
const ETT: Repository = {
  owner: "zhouhaoyi",
  name: "ETDataset",
  commit: "1d16c8f4f943005d613b5bc962e9eeb06058cf07",
};
const M4: Repository = {
  owner: "Mcompetitions",
  name: "M4-methods",
};
const M4_TRAIN: Repository = { ...M4, commit: "d44ad827907d46b2050a47b529cb826be9561163" };
const M4_TEST: Repository = { ...M4, commit: "fdeb3b173f0305901c073dcc9a36b0d9f9ab537c" };

export const FORECASTING_SETS: readonly CatalogueEntry[] = [
  {
    name: "airpassengers",
    title: "Monthly airline passengers, 1949 to 1960, thousands (Box & Jenkins)",
    kind: "forecasting",
    home: pageOf(R_DATASETS),
    licence: "GPL-3",
    files: [
      {
        path: "airpassengers.csv",
        part: "all",
        bytes: 1745,
        sha256: "d27dd74f3654ab4c688afccf2348870410902f480cea900d872be2ae33184411",
        isExact: true,
      },
    ],
    originals: [repositoryFile(R_DATASETS, "csv/datasets/AirPassengers.csv", 3400)],
    prepare: airPassengers,
    note: "It comes with the package. Decimal years of the original are written as months.",
  },
  {
    name: "fortune500",
    title: "101 days of 502 stocks of the S&P 500, each scaled to [-1, 1]",
    kind: "forecasting",
    home: pageOf(SLIDES),
    licence: "none stated",
    files: [
      {
        path: "fortune500_100_days.csv",
        part: "all",
        bytes: 620_274,
        sha256: "aa7a8a47c98e74bc26ceb971ba4af158bcb7b27272e9bf7d82303b8bb8a2f582",
        isExact: true,
      },
    ],
    originals: [repositoryFile(SLIDES, "data/fortune500_100_days.csv", 620_000)],
    prepare: plainText,
  },
  {
    name: "eu-stocks",
    title: "Daily closing prices of DAX, SMI, CAC and FTSE, 1991 to 1998",
    kind: "forecasting",
    home: pageOf(R_DATASETS),
    licence: "GPL-3",
    files: [
      {
        path: "eu_stock_markets.csv",
        part: "all",
        bytes: 60_860,
        sha256: "fe451e59686f2291c41c0a926248eb7b1e59f6564f08f493ed013d777c1a46da",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(
        { ...R_DATASETS, commit: "1c97ab8a1df2469762e635481ba27cf4e80e3e51" },
        "csv/datasets/EuStockMarkets.csv",
        61_000,
      ),
    ],
    prepare: renamed("rownames,DAX,SMI,CAC,FTSE", "day,DAX,SMI,CAC,FTSE"),
    note: "The original's column of row numbers is called day.",
  },
  {
    name: "stocks",
    title: "Daily prices of 25 stocks of the S&P 500, 2015 to 2020",
    kind: "forecasting",
    home: pageOf(STOCK_PROJECT),
    licence: "none stated",
    files: [
      {
        path: "stocks_25_daily.csv",
        part: "all",
        bytes: 2_280_347,
        sha256: "b759264b21dbbf12a5ff8bf4cad558b6462323925e2eedb3ed99be5af98ee967",
        isExact: false,
      },
    ],
    originals: STOCKS.map((symbol) =>
      repositoryFile(STOCK_PROJECT, `individual_stocks_5yr/${symbol}_data.csv`, 150_000),
    ),
    prepare: dailyStocks,
    note: "One table of 25 originals; prices are rounded to 6 decimals.",
  },
  {
    name: "etth1",
    title: "Electricity transformer temperature, hourly, 2016 to 2018 (Informer)",
    kind: "forecasting",
    home: pageOf(ETT),
    licence: "CC BY-ND 4.0",
    files: [
      {
        path: "etth1.csv",
        part: "all",
        bytes: 2_589_657,
        sha256: "f18de3ad269cef59bb07b5438d79bb3042d3be49bdeecf01c1cd6d29695ee066",
        isExact: true,
      },
    ],
    originals: [repositoryFile(ETT, "ETT-small/ETTh1.csv", 2_600_000)],
  },
  {
    name: "vic-elec",
    title: "Electricity demand of Victoria, half-hourly, 2012 to 2014",
    kind: "forecasting",
    home: pageOf(R_DATASETS),
    licence: "GPL-3",
    files: [
      {
        path: "vic_elec.csv",
        part: "all",
        bytes: 2_870_159,
        sha256: "6fa81bc3552f8822e984900f727584b82b3f10f41d78a1a0cdda2879a29a122e",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(
        { ...R_DATASETS, commit: "f58caff6458204b33c44ef35976e555b316af5c4" },
        "csv/tsibbledata/vic_elec.csv",
        3_200_000,
      ),
    ],
    prepare: withoutRowNumbers,
    note: "The original's column of row numbers is left out.",
  },
  {
    name: "m4-hourly",
    title: "M4 competition, hourly: 414 series, official split",
    kind: "forecasting",
    home: pageOf(M4),
    licence: "none stated",
    files: [
      {
        path: "m4_hourly.csv",
        part: "all",
        bytes: 1_682_906,
        sha256: "a74fd23f57579031ef109063d3de3fe2ed896ca767f7ca4f68e5fd87e8bd075f",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(M4_TRAIN, "Dataset/Train/Hourly-train.csv", 2_300_000),
      repositoryFile(M4_TEST, "Dataset/Test/Hourly-test.csv", 130_000),
    ],
    prepare: m4(24),
    note: "A row a series, with its training and its test values.",
  },
  {
    name: "m4-weekly",
    title: "M4 competition, weekly: 359 series, official split",
    kind: "forecasting",
    home: pageOf(M4),
    licence: "none stated",
    files: [
      {
        path: "m4_weekly.csv",
        part: "all",
        bytes: 2_731_600,
        sha256: "a7cbc887242ab1fb12bd20255ed684b30b5c44b4afa953ad811dc501fce836aa",
        isExact: true,
      },
    ],
    originals: [
      repositoryFile(M4_TRAIN, "Dataset/Train/Weekly-train.csv", 4_000_000),
      repositoryFile(M4_TEST, "Dataset/Test/Weekly-test.csv", 44_000),
    ],
    prepare: m4(52),
    note: "A row a series, with its training and its test values. The official benchmarks use period 1.",
  },
  {
    name: "m3",
    title: "M3 competition: 3,003 series, official split (Makridakis & Hibon 2000)",
    kind: "forecasting",
    home: "https://forecasters.org/resources/time-series-data/m3-competition/",
    licence: "CC BY 4.0 (Monash archive), GPL-3 (Mcomp)",
    files: [
      {
        path: "m3_competition.csv",
        part: "all",
        bytes: 1_466_450,
        sha256: "7dd33472f13d26a49511d2a2c7246395d13de755f58b78e2a4b8b317ca213b82",
        isExact: false,
      },
    ],
    originals: M3_PARTS.map(
      ({ name, record }): Original => ({
        name: `m3_${name}_dataset.zip`,
        addresses: [`https://zenodo.org/records/${record}/files/m3_${name}_dataset.zip?download=1`],
        about: 150_000,
      }),
    ),
    prepare: m3,
    note: "Downloaded, it is made of the Monash archive, which has no categories: that column is empty then.",
  },
];
