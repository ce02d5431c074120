// What went wrong with a connection, in words, and whether another try may help.

/** How a try to receive a file ended, where it did not end well. */
export interface Failure {
  /**
   * `again`: another try may help. `offline`: the server was not reached; a try or two, no more. `useless`: this address will not do.
   */
  readonly kind: "again" | "offline" | "useless";
  /** As in `https://… : the connection was cut`. */
  readonly problem: string;
  /** Milliseconds that the server asks to wait. */
  readonly after?: number | undefined;
}

const UNREACHED: Readonly<Record<string, string>> = {
  ENOTFOUND: "the name of its server is not known",
  EAI_AGAIN: "the name of its server cannot be looked up now",
  ECONNREFUSED: "its server refuses connections",
  ENETUNREACH: "there is no way to its network",
  ENETDOWN: "the network is down",
  EHOSTUNREACH: "there is no way to its server",
  EHOSTDOWN: "its server is down",
  ETIMEDOUT: "its server does not answer",
  UND_ERR_CONNECT_TIMEOUT: "its server does not answer",
};

/** @param error what `fetch` or the reading of its body threw */
export function connectionFailure(error: unknown): Failure {
  const { code, message } = innermost(error);
  const unreached = UNREACHED[code];
  if (unreached !== undefined) return { kind: "offline", problem: `${unreached} (${code})` };
  if (/CERT|SELF_SIGNED|VERIFY_LEAF|ISSUER/.test(code)) {
    const hint = "Where a company's proxy signs connections, name its certificate in NODE_EXTRA_CA_CERTS";
    return { kind: "useless", problem: `its certificate is not trusted (${code}). ${hint}` };
  }
  if (code === "ERR_INVALID_URL") return { kind: "useless", problem: "this is no address" };
  if (/redirect count exceeded/.test(message)) return { kind: "useless", problem: "it redirects in circles" };
  return { kind: "again", problem: `the connection was cut (${code === "" ? message : code})` };
}

/** Undici wraps what happened in errors that say little: `fetch failed`, `terminated`. */
function innermost(error: unknown): { readonly code: string; readonly message: string } {
  let code = "";
  let message = String(error);
  for (let one: unknown = error; one instanceof Error; one = one.cause) {
    message = one.message;
    if ("code" in one && typeof one.code === "string") code = one.code;
    // Several addresses of one name were tried.
    const [first] = one instanceof AggregateError ? one.errors : [];
    if (code === "" && first instanceof Error && "code" in first) code = String(first.code);
  }
  return { code, message };
}
