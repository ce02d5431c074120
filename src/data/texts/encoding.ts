// What the bytes of a text file are written in, by its beginning.

import { RecurraError } from "../../platform/error.ts";

export interface Encoding {
  /** TextDecoder's name. */
  readonly label: string;
  /** Bytes of the mark at the beginning. */
  readonly mark: number;
}

/** Bytes 9 to 13 and 27 stand in texts: tabs, ends of lines and pages, the escapes of terminals; 26 ends old ones. */
const ODD = (byte: number) => byte < 32 && (byte < 9 || byte > 13) && byte !== 26 && byte !== 27;
const MOST_ODD = 0.02;

/**
 * @param head the first bytes, unpacked
 * @param said the encoding that was asked for
 * @throws RecurraError `empty-file`, `file-format` for a binary file
 */
export function encodingOf(head: Buffer, name: string, said: string | undefined): Encoding {
  if (head.toString("latin1").trim() === "" && head.length < 2 ** 16) {
    throw new RecurraError("empty-file", `Cannot read "${name}": the file is empty. Wanted texts.`);
  }
  const marked = markOf(head);
  if (said !== undefined) {
    const { encoding: label } = new TextDecoder(said);
    return { label, mark: marked?.label === label ? marked.mark : 0 };
  }
  if (marked !== undefined) return marked;
  // ASCII in UTF-16 has a zero in every other byte.
  const zeros = [0, 0];
  let odd = 0;
  for (const [i, byte] of head.entries()) {
    if (byte === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1;
    if (ODD(byte)) odd++;
  }
  const [high = 0, low = 0] = zeros;
  const many = 0.2 * head.length;
  if (low > many && high < low / 10) return { label: "utf-16le", mark: 0 };
  if (high > many && low < high / 10) return { label: "utf-16be", mark: 0 };
  if (high + low === 0 && odd <= MOST_ODD * head.length) return { label: "utf-8", mark: 0 };
  throw new RecurraError(
    "file-format",
    `Cannot read "${name}": it is a binary file. Wanted text: CSV, TSV, JSON, JSON lines, plain text, or Parquet.`,
  );
}

function markOf(head: Buffer): Encoding | undefined {
  if (head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf) return { label: "utf-8", mark: 3 };
  if (head[0] === 0xff && head[1] === 0xfe) return { label: "utf-16le", mark: 2 };
  if (head[0] === 0xfe && head[1] === 0xff) return { label: "utf-16be", mark: 2 };
  return undefined;
}
