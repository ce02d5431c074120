// A server on this machine that gives a file, and misbehaves as a test tells it.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";

/** How one request is answered. What is left out is as a good server does it. */
export interface Answer {
  /** Cuts the connection after so many bytes of the body, when the client has {@link FileServer.seen} them. */
  readonly cutAfter?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
  /** Gives the whole file, whatever range is asked for. */
  readonly withoutRanges?: boolean;
  /** Gives the range though `If-Range` names another version. */
  readonly overlooksIfRange?: boolean;
  /** Neither an entity tag nor a date. */
  readonly withoutMarks?: boolean;
  /** Sends no length: the body comes in chunks. */
  readonly withoutLength?: boolean;
  /** Says that so many bytes come, whatever comes. */
  readonly length?: number;
  /** Sends so many bytes and then nothing more, without closing. */
  readonly stallAfter?: number;
  /** Pauses this many milliseconds after each 1,000 bytes. */
  readonly slow?: number;
}

export class FileServer {
  readonly #server: Server;
  #port = 0;
  /** What is given; a test may change it between requests. */
  content: Uint8Array;
  etag = '"first"';
  lastModified = "Mon, 02 Mar 2026 10:00:00 GMT";
  /** The answers to come; the last one goes for all further requests. */
  plan: Answer[] = [];
  /** Bytes of the file that the client has by now: a test keeps it up to date. What a client has not taken up is lost with a connection. */
  seen = 0;
  readonly requests: { readonly path: string; readonly range: string; readonly ifRange: string }[] = [];

  private constructor(server: Server, content: Uint8Array) {
    this.#server = server;
    this.content = content;
  }

  static async start(content: Uint8Array): Promise<FileServer> {
    const node = createServer();
    const server = new FileServer(node, content);
    node.on("request", (request, response) => {
      server.#answer(request, response).catch(() => response.destroy());
    });
    await new Promise<void>((resolve) => node.listen(0, "127.0.0.1", resolve));
    server.#port = (node.address() as AddressInfo).port;
    return server;
  }

  /** Also after the server has stopped. */
  address(path = "/file.txt"): string {
    return `http://127.0.0.1:${this.#port}${path}`;
  }

  async stop(): Promise<void> {
    if (!this.#server.listening) return;
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { range = "", "if-range": ifRange = "" } = request.headers;
    this.requests.push({ path: request.url ?? "", range, ifRange: String(ifRange) });
    const answer = (this.plan.length > 1 ? this.plan.shift() : this.plan[0]) ?? {};
    if (answer.status !== undefined) {
      response.writeHead(answer.status, answer.headers).end(answer.body);
      return;
    }
    const isSame = ifRange === "" || ifRange === this.etag || ifRange === this.lastModified;
    const from = Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? Number.NaN);
    const isRange =
      !Number.isNaN(from) && answer.withoutRanges !== true && (isSame || answer.overlooksIfRange === true);
    const whole = this.content.length;
    const headers: Record<string, string> = { ...answer.headers };
    if (answer.withoutMarks !== true) {
      headers.etag = this.etag;
      headers["last-modified"] = this.lastModified;
    }
    if (isRange && from >= whole) {
      response.writeHead(416, { ...headers, "content-range": `bytes */${whole}` }).end();
      return;
    }
    const body = this.content.subarray(isRange ? from : 0);
    if (isRange) headers["content-range"] = `bytes ${from}-${whole - 1}/${whole}`;
    if (answer.withoutLength !== true) headers["content-length"] = String(answer.length ?? body.length);
    response.writeHead(isRange ? 206 : 200, headers);
    await this.#send(response, body, answer);
    if (answer.cutAfter !== undefined) {
      await this.#untilSeen((isRange ? from : 0) + answer.cutAfter);
      response.destroy();
    } else if (answer.stallAfter === undefined) response.end();
  }

  async #untilSeen(bytes: number): Promise<void> {
    for (let tries = 0; this.seen < bytes && tries < 1000; tries++) {
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  async #send(response: ServerResponse, body: Uint8Array, answer: Answer): Promise<void> {
    const { cutAfter, stallAfter, slow } = answer;
    const most = cutAfter ?? stallAfter ?? body.length;
    const step = slow === undefined ? most : 1000;
    for (let at = 0; at < most; at += step) {
      await new Promise((resolve) => response.write(body.subarray(at, Math.min(most, at + step)), resolve));
      if (slow !== undefined) await new Promise((resolve) => setTimeout(resolve, slow));
    }
  }
}
