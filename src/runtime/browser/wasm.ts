// The browser's device. It is still to come.

import { RecurraError } from "../../platform/error.ts";
import type { Device } from "../device.ts";

export const device: Device = {
  name: "wasm",
  async load() {
    throw new RecurraError(
      "device",
      "Running models in a browser is not possible yet: run them in Node, where the CPU device is.",
    );
  },
};
