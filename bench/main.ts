// npm run bench -- [--json] [--peers torch,tfjs] [--peers-dir DIR] [NAME…]: times the workloads, and the peers beside them.

import { existsSync } from "node:fs";
import { cpus } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { type Peer, peers } from "./peers.ts";
import { type Timing, workloads } from "./workloads.ts";

interface Row extends Timing {
  readonly name: string;
  readonly peers: Readonly<
    Record<
      string,
      { readonly ms?: number; readonly gflops?: number; readonly error?: string; readonly ratio?: number }
    >
  >;
}

function fail(message: string): never {
  console.error(message);
  process.exit(2);
}

function options() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        json: { type: "boolean" },
        peers: { type: "string" },
        "peers-dir": { type: "string" },
        help: { type: "boolean" },
      },
    });
  } catch (error) {
    fail((error as Error).message);
  }
}

const { values, positionals } = options();
const names = positionals.length > 0 ? positionals : Object.keys(workloads);
if (values.help) {
  console.log(
    `npm run bench -- [--json] [--peers torch,tfjs] [--peers-dir DIR] [NAME…]\n\nWorkloads: ${Object.keys(workloads).join(", ")}`,
  );
  process.exit(0);
}
const odd = names.find((name) => !(name in workloads));
if (odd !== undefined)
  fail(`bench: there is no workload "${odd}"; there are ${Object.keys(workloads).join(", ")}`);
const folder = path.resolve(
  values["peers-dir"] ?? fileURLToPath(new URL("../../shared/peers", import.meta.url)),
);
const chosen = (values.peers?.split(",") ?? []).map((name): Peer => {
  const peer = peers[name];
  if (peer === undefined)
    fail(`bench: there is no peer "${name}"; there are ${Object.keys(peers).join(", ")}`);
  if (!existsSync(folder))
    fail(`bench: the peers' folder ${folder} does not exist; name it with --peers-dir`);
  return peer;
});

const machine = `${cpus()[0]?.model ?? "unknown processor"}, ${cpus().length} cores, Node ${process.versions.node}`;
const show = (text: string) => (values.json ? console.error(text) : console.log(text));
show(`${machine}\n`);
show(
  ["workload", "recurra ms", "GFLOP/s", ...chosen.flatMap(({ name }) => [`${name} ms`, "ratio"]), "note"]
    .map((cell, i) => (i === 0 ? cell.padEnd(24) : cell.padStart(11)))
    .join(""),
);

const rows: Row[] = [];
for (const name of names) {
  const timing = await workloads[name]?.();
  if (timing === undefined) continue;
  const beside: Record<string, Row["peers"][string]> = {};
  for (const peer of chosen) {
    const result = peer.run(folder, name);
    beside[peer.name] = result.ms === undefined ? result : { ...result, ratio: result.ms / timing.ms };
  }
  rows.push({ name, ...timing, peers: beside });
  const number = (value: number | undefined, digits: number) =>
    (value === undefined ? "–" : value.toFixed(digits)).padStart(11);
  const cells = Object.values(beside).map(
    ({ ms, ratio }) => number(ms, 2) + (ratio === undefined ? "–" : `${ratio.toFixed(2)} ×`).padStart(11),
  );
  const faults = Object.entries(beside).flatMap(([peer, { error }]) =>
    error === undefined ? [] : [`${peer}: ${error}`],
  );
  show(
    `${name.padEnd(24)}${number(timing.ms, 2)}${number(timing.gflops, 0)}${cells.join("")}  ${[timing.note, ...faults].filter(Boolean).join("; ")}`,
  );
}
const ceiling = rows.find(({ name }) => name === "gemm-1024")?.gflops;
const nietzsche = rows.find(({ name }) => name === "nietzsche-lstm")?.gflops;
if (ceiling !== undefined && nietzsche !== undefined) {
  show(`\nnietzsche-lstm runs at ${((100 * nietzsche) / ceiling).toFixed(0)} % of the rate of gemm-1024.`);
}
if (values.json) console.log(JSON.stringify({ machine, rows }, undefined, 2));
