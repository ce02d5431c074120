// Where the data lie that come with the package.

import { fileURLToPath } from "node:url";

/** The same place from the sources and from dist/, whose programs lie two folders down as this file does. */
export const PACKAGED_FOLDER = fileURLToPath(new URL("../../data", import.meta.url));
