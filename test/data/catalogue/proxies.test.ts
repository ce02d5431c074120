// Proxies of the environment: a small one on this machine.

import * as http from "node:http";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { afterAll, beforeAll, expect, test } from "vitest";
import { useProxiesOfEnvironment } from "../../../src/data/catalogue/download/proxies.ts";
import { FileServer } from "./file-server.ts";

const isThere = "setGlobalProxyFromEnv" in http;
/** What the proxy was asked for. */
const asked: string[] = [];
let server: FileServer;
/** Gives the file of `server`, whatever is asked for, by a tunnel or as a request of its own. */
const proxy = createServer((request, response) => {
  asked.push(request.url ?? "");
  response.end("through the proxy");
});

beforeAll(async () => {
  server = await FileServer.start(Buffer.from("the file"));
  proxy.on("connect", (request, socket) => {
    asked.push(request.url ?? "");
    const { hostname, port } = new URL(server.address());
    const onward = connect(Number(port), hostname, () => {
      socket.write("HTTP/1.1 200 Connection established\r\n\r\n");
      onward.pipe(socket).pipe(onward);
    });
  });
  await new Promise<void>((resolve) => proxy.listen(0, "127.0.0.1", resolve));
});
afterAll(async () => {
  proxy.closeAllConnections();
  await server.stop();
  await new Promise((resolve) => proxy.close(resolve));
});

const address = () => `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;

test.skipIf(!isThere)("requests go through HTTP_PROXY until it is undone", async () => {
  const restore = useProxiesOfEnvironment({ HTTP_PROXY: address() });
  try {
    const text = await (await fetch("http://recurra.invalid/file.txt")).text();
    expect(["the file", "through the proxy"]).toContain(text);
    expect(asked).toHaveLength(1);
    expect(asked[0]).toContain("recurra.invalid");
  } finally {
    restore();
  }
  await expect(fetch("http://recurra.invalid/file.txt")).rejects.toThrow();
  expect(asked).toHaveLength(1);
});

test.skipIf(!isThere)("not for what NO_PROXY names, and not where no proxy is named", async () => {
  const before = asked.length;
  const restore = useProxiesOfEnvironment({ HTTP_PROXY: address(), NO_PROXY: "127.0.0.1" });
  expect(await (await fetch(server.address())).text()).toBe("the file");
  restore();
  useProxiesOfEnvironment({})();
  expect(await (await fetch(server.address())).text()).toBe("the file");
  expect(asked).toHaveLength(before);
});
