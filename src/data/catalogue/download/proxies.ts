// Proxies named in the environment, for `fetch`.

import * as http from "node:http";

const VARIABLES = ["HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"];

/**
 * Sends all requests of this process through the proxies of `HTTP_PROXY` and `HTTPS_PROXY`, but for the servers in `NO_PROXY`, where
 * Node can be told so while it runs: from 24.14 on. An older Node is started with `NODE_USE_ENV_PROXY=1` instead (22.21 on).
 *
 * @returns what undoes it
 */
export function useProxiesOfEnvironment(env: NodeJS.ProcessEnv = process.env): () => void {
  const isWanted = VARIABLES.some((name) => (env[name] ?? "") !== "");
  // A namespace, since the name is missing in older versions.
  const set = (http as Partial<Pick<typeof http, "setGlobalProxyFromEnv">>).setGlobalProxyFromEnv;
  return isWanted && set !== undefined ? set({ ...env }) : () => {};
}
