// DuckDB, as far as reading tables needs it: a database in memory, SQL literals, and its errors made short.

import type { DuckDBConnection } from "@duckdb/node-api";

export type { DuckDBConnection };

/** A connection to a database of its own, and how both are closed. */
export interface OpenDuckdb {
  readonly connection: DuckDBConnection;
  close(): void;
}

/** Opens a database in memory that fetches no extensions from the network. Who opens it closes it. */
export async function openDuckdb(settings: Readonly<Record<string, string>> = {}): Promise<OpenDuckdb> {
  const { DuckDBInstance } = await import("@duckdb/node-api");
  const instance = await DuckDBInstance.create(":memory:", {
    autoinstall_known_extensions: "false",
    enable_external_file_cache: "false",
    ...settings,
  });
  try {
    const connection = await instance.connect();
    return {
      connection,
      close() {
        connection.closeSync();
        instance.closeSync();
      },
    };
  } catch (error) {
    instance.closeSync();
    throw error;
  }
}

/** Runs `work` with a connection to a database of its own: see {@link openDuckdb}. */
export async function withDuckdb<T>(work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  const { connection, close } = await openDuckdb();
  try {
    return await work(connection);
  } finally {
    close();
  }
}

/** The rows of a short query as objects of plain JSON values. */
export async function rowsOf(
  connection: DuckDBConnection,
  sql: string,
): Promise<Readonly<Record<string, unknown>>[]> {
  const reader = await connection.runAndReadAll(sql);
  return reader.getRowObjectsJson();
}

/** Text as an SQL string. */
export function sqlText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as an SQL identifier. */
export function sqlName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** The gist of a DuckDB error: its first sentence and its hints, without the statement it was found in. */
export function shortMessage(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  const gist = message.split(/\n\s*\n|\nLINE \d+:/)[0] ?? message;
  const text = gist.replace(/\s+/g, " ").trim();
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
