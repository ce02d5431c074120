// A process of its own that fetches a file: node --conditions=source fetch-process.ts ADDRESS SHA256 CACHE

import { fetchSet } from "../../../src/data/catalogue/fetch-set.ts";
import { entryFor } from "./entry-for.ts";

const [, , address = "", sha256 = "", cache = ""] = process.argv;
const notices: string[] = [];
const [file] = await fetchSet(entryFor(address, { sha256, isExact: true }), {
  cache,
  onNotice: (text) => notices.push(text),
});
console.log(JSON.stringify({ check: file?.check, notices }));
