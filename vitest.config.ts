// How the tests run: on the sources, in processes of their own, since onnxruntime-node is a native add-on.

import { defineConfig } from "vitest/config";

// Where .ci/run wants the results as JSON, beside what is printed.
const resultsFile = process.env.RECURRA_TEST_RESULTS;

export default defineConfig({
  ssr: { resolve: { conditions: ["source", "node", "module", "import", "default"] } },
  test: {
    include: ["test/**/*.test.ts"],
    pool: "forks",
    // All cores: one less would be half of two.
    maxWorkers: "100%",
    // For worker threads and programs that the code under test starts.
    execArgv: ["--conditions=source"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: resultsFile === undefined ? ["default"] : ["default", ["json", { outputFile: resultsFile }]],
  },
});
