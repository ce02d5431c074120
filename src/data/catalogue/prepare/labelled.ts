// Preparations of the time series classification archives: .ts files of a zip archive become tables and JSON lines.

import type { Preparation } from "../entry.ts";
import { unzip } from "./archives.ts";
import { expectFormat, fileOf, linesOf } from "./text.ts";

/** Series of one channel, as UCR's .tsv: the label, then the values. */
export function univariate(name: string): Preparation {
  return ([archive]) =>
    casesOf(archive, name).map((cases) =>
      fileOf(cases.map(({ label, channels: [values = []] }) => [label, ...values].join("\t"))),
    );
}

/** Series of several channels, which may differ in length: an object a line. */
export function multivariate(name: string): Preparation {
  return ([archive]) =>
    casesOf(archive, name).map((cases) =>
      fileOf(
        cases.map(({ label, channels }) =>
          JSON.stringify({ label, channels: channels.map((values) => values.map(Number)) }),
        ),
      ),
    );
}

interface Case {
  readonly label: string;
  readonly channels: readonly (readonly string[])[];
}

/** The training cases and the test cases. */
function casesOf(archive: Uint8Array | undefined, name: string): Case[][] {
  const files = unzip(archive, (path) => path.endsWith(".ts"));
  return ["TRAIN", "TEST"].map((part) => {
    const found = [...files].find(([path]) => path.split("/").at(-1) === `${name}_${part}.ts`);
    expectFormat(
      found !== undefined,
      `the archive has no ${name}_${part}.ts, only ${[...files.keys()].join(", ")}`,
    );
    // The heads of some files have letters of other encodings.
    const lines = linesOf(new TextDecoder("latin1").decode(found[1]).replaceAll("\r\n", "\n"));
    const start = lines.findIndex((line) => line.trim().toLowerCase() === "@data");
    expectFormat(start >= 0, `${name}_${part}.ts has no @data`);
    return lines
      .slice(start + 1)
      .filter((line) => line.trim() !== "")
      .map(caseOf);
  });
}

function caseOf(line: string): Case {
  const fields = line.trim().split(":");
  const label = fields.pop() ?? "";
  return { label, channels: fields.map((channel) => channel.split(",").map((value) => value.trim())) };
}
