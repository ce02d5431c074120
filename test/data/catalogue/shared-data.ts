// The folder of shared data, where this machine has one.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const folder = process.env.RECURRA_DATA ?? fileURLToPath(new URL("../../../../shared/data", import.meta.url));

/** Undefined, with a message, where there is none: tests that need it are skipped. */
export const sharedData = existsSync(join(folder, "README.md")) ? folder : undefined;
if (sharedData === undefined) console.warn(`Skipped: tests of the shared data. There is no ${folder}.`);
