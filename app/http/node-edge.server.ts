/**
 * What must hold for every request of the process, also those that never reach a route of ours: files, and what
 * remix-serve or Remix refuse by themselves. There is no custom server file, so it hooks where Node announces
 * requests (docs/decisions/0010-every-request-at-the-node-server.md).
 */
import diagnostics from "node:diagnostics_channel";
import type { IncomingMessage, ServerResponse } from "node:http";
import morgan from "morgan";
import type { Settings } from "#app/config/settings.ts";
import { newId } from "#app/domain/ids.ts";
import { MAX_FILE_BYTES } from "#app/domain/images/limits.ts";
import { noteArrival, type Arrival } from "./arrival.server.ts";
import { observeConnection, observeRequest } from "./metrics.server.ts";
import { isCrossSite, isSafeMethod, ownOrigin, type HeaderReader } from "./origin.server.ts";
import { forwardedFor } from "./request-state.server.ts";
import { bareHeaders } from "./security-headers.server.ts";
import type { Foundation } from "./services.server.ts";

const INSTALLED = Symbol.for("roost.node-edge");
const installed = globalThis as { [INSTALLED]?: boolean };
const PROXY_HEADERS = ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "x-forwarded-port"];

/** Starts looking after every request of this process. Once is enough, also across the development server's reloads. */
export function installNodeEdge(running: Foundation): void {
  if (installed[INSTALLED]) return;
  installed[INSTALLED] = true;
  // remix-serve writes its access log in this format, with queries; ours is below.
  morgan.format("tiny", () => undefined);
  diagnostics.subscribe("http.server.request.start", (message) => {
    const { request, response } = message as { request: IncomingMessage; response: ServerResponse };
    receive(request, response, running);
  });
}

function receive(request: IncomingMessage, response: ServerResponse, { settings, log }: Foundation): void {
  const started = performance.now();
  const { method = "", url = "" } = request;
  const header = headerReader(request);
  observeConnection(request.socket);
  if (!settings.trustProxy) for (const name of PROXY_HEADERS) Reflect.deleteProperty(request.headers, name);
  const arrival: Arrival = {
    requestId: newId(),
    address: forwardedFor(header, settings.trustProxy) ?? request.socket.remoteAddress ?? "unknown",
    origin: ownOrigin(header, settings),
    route: undefined,
  };
  settleOrigin(request, header, settings);
  makeReadable(request);
  noteArrival(request, response, arrival);
  guardHead(response, arrival);
  response.once("finish", () => discardRest(request));
  response.once("close", () => {
    const ms = performance.now() - started;
    const route = arrival.route ?? (isFile(url) ? "file" : "other");
    observeRequest({ method, route, status: response.statusCode, seconds: ms / 1000 });
    const line = { requestId: arrival.requestId, method, path: loggedPath(url), route, status: response.statusCode, ms: Math.round(ms * 10) / 10, ...(response.writableFinished ? {} : { aborted: true }) };
    log[QUIET_ROUTES.has(route) ? "debug" : "info"](line, "request");
  });
}

/** An address that the retired data protocol's refusal answers with 400, without a word in the log. */
const UNREADABLE = "/unreadable?_data=";

/**
 * Turns what remix-serve can make no Request of, and would answer with 500 and a stack in the log, into what is refused:
 * a Host that is none, an address that is no path, TRACE. An address with scheme and host, as a proxy is sent it, is read
 * for its path.
 */
function makeReadable(request: IncomingMessage): void {
  const { url = "", headers } = request;
  const path = url.startsWith("/") ? url : pathOf(url);
  const named = [headers.host, headers["x-forwarded-host"]].flat().filter((host) => host !== undefined && host !== "");
  if (path === null || !named.every(isHost)) {
    Object.assign(request, { method: "GET", url: UNREADABLE });
    headers.host = "localhost";
    delete headers["x-forwarded-host"];
    return;
  }
  request.url = path;
  // Every route of ours answers 405 to OPTIONS.
  if (request.method === "TRACE") request.method = "OPTIONS";
}

function pathOf(url: string): string | null {
  if (!/^https?:/i.test(url) || !URL.canParse(url)) return null;
  const { pathname, search } = new URL(url);
  return pathname + search;
}

/** A name and perhaps a port, and nothing that would become a path or a query when it is put before one; several after commas. */
const isHost = (text = "") => text.split(",").every((host) => /^[^\s/?#@\\]+$/.test(host.trim()) && URL.canParse(`http://${host.trim()}`));

/**
 * What is still to come of a refused body is read and thrown away up to here, in bytes; then the connection is cut. Twice as
 * much as the largest file: whoever sends a little too much still reads why it was refused, and does not see a broken line.
 */
const MAX_DISCARDED_BYTES = 2 * MAX_FILE_BYTES;

/** Left unread, it would block the connection until it times out, and its sender would never read why it was refused. */
function discardRest(request: IncomingMessage): void {
  if (request.complete) return;
  let discarded = 0;
  request.removeAllListeners("data");
  request.on("data", (chunk: Buffer) => {
    discarded += chunk.byteLength;
    if (discarded > MAX_DISCARDED_BYTES) request.destroy();
  });
  request.resume();
}

/** Asked for every few seconds by machines, or once a page for each file. */
const QUIET_ROUTES = new Set(["file", "/healthz", "/readyz", "/metrics"]);
const isFile = (url: string) => url.startsWith("/assets/") || /\.(?:js|css|svg|png|ico|woff2|webmanifest)(?:\?|$)/.test(url);

/** Longer parts than ids are one-time tokens. */
const MAX_LOGGED_PART = 32;

/** The path alone: queries and one-time tokens are nobody's to read in a log. */
export function loggedPath(url: string): string {
  const [path = ""] = url.split(/[?#]/, 1);
  return path
    .split("/")
    .map((part) => (part.length > MAX_LOGGED_PART ? "…" : part))
    .join("/");
}

/**
 * Decides where an unsafe request comes from, and hands the verdict on as Sec-Fetch-Site. Remix has a check of its own
 * that reads Origin, knows neither PUBLIC_ORIGIN nor TRUST_PROXY and answers 500; without Origin it stands aside, and
 * the wrappers refuse with 403.
 */
function settleOrigin(request: IncomingMessage, header: HeaderReader, settings: Settings): void {
  if (isSafeMethod(request.method ?? "") || request.headers.origin === undefined) return;
  request.headers["sec-fetch-site"] = isCrossSite(request.method ?? "", header, settings) ? "cross-site" : "same-origin";
  delete request.headers.origin;
}

/** Adds the headers that are missing when the head is written: whoever answers, none goes out without. */
function guardHead(response: ServerResponse, arrival: Arrival): void {
  const { requestId, origin } = arrival;
  const site = { origin: origin ?? "http://unknown.invalid", secure: origin?.startsWith("https:") ?? false };
  const writeHead = response.writeHead.bind(response) as (...args: unknown[]) => ServerResponse;
  response.writeHead = (...args: unknown[]) => {
    if (!response.headersSent) {
      const bare = bareHeaders(site);
      for (const name in bare) if (!response.hasHeader(name)) response.setHeader(name, bare[name]!);
      if (!response.hasHeader("X-Request-Id")) response.setHeader("X-Request-Id", requestId);
    }
    return writeHead(...args);
  };
}

const headerReader =
  (request: IncomingMessage): HeaderReader =>
  (name) => {
    const value = request.headers[name];
    return value === undefined ? null : Array.isArray(value) ? value.join(", ") : value;
  };
