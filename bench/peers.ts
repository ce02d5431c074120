// Other libraries, timed on the same workloads by the scripts of shared/peers.

import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

export interface PeerResult {
  readonly ms?: number;
  readonly gflops?: number;
  readonly error?: string;
}

export interface Peer {
  readonly name: string;
  /** Times one workload in a process of its own. */
  run(folder: string, workload: string): PeerResult;
}

function runScript(command: string, args: readonly string[], cwd: string): PeerResult {
  const { stdout, stderr, status, error } = spawnSync(command, args, {
    encoding: "utf8",
    cwd,
    timeout: 300_000,
  });
  if (error !== undefined) return { error: error.message };
  const line = stdout.trim().split("\n").at(-1) ?? "";
  if (status !== 0 || !line.startsWith("{")) {
    const reason = stderr.trim().split("\n").at(-1) ?? "";
    const isUnknown = reason.startsWith("no workload") || reason.endsWith("is not a function");
    return { error: isUnknown ? "its script has no such workload" : reason || `ended with code ${status}` };
  }
  return JSON.parse(line) as PeerResult;
}

/** Own workloads, which peers do not have. */
const ownWorkloads = ["adam-update", "import", "first-step"];

const here = fileURLToPath(new URL(".", import.meta.url));

export const peers: Readonly<Record<string, Peer>> = {
  /** PyTorch on the CPU; the interpreter is set by RECURRA_PYTHON, by default Debian's own. */
  torch: {
    name: "torch",
    run(folder, workload) {
      if (ownWorkloads.includes(workload)) return {};
      return runScript(
        process.env.RECURRA_PYTHON ?? "/usr/bin/python3",
        [path.join(folder, "torch_peer.py"), workload],
        here,
      );
    },
  },
  /** TensorFlow.js on WASM, from the packages of bench/package.json. */
  tfjs: {
    name: "tfjs",
    run(folder, workload) {
      if (ownWorkloads.includes(workload)) return {};
      if (!existsSync(path.join(here, "node_modules/@tensorflow/tfjs")))
        return { error: "run npm ci in bench/ first" };
      return runScript(process.execPath, [path.join(folder, "tfjs_peer.mjs"), workload], here);
    },
  },
};
