/** The HTTP side: from a request to its route, through the signature, to an answer with a real status code. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Logger } from "pino";
import { ApiError } from "./api-error.ts";
import type { Route } from "./api-routes.ts";
import type { AppCredentials } from "./credentials.ts";
import { readBody } from "./request-body.ts";
import { checkSignature } from "./request-signature.ts";

export interface ApiParts {
  app: AppCredentials;
  routes: Route[];
  now: () => number;
  log: Logger;
  isStopping(): boolean;
}

export class ApiEndpoint {
  constructor(private readonly parts: ApiParts) {}

  /** Never rejects: what goes wrong is answered. */
  async handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      const answer = await this.#answer(request);
      respond(response, 200, "application/json", JSON.stringify(answer));
    } catch (error) {
      // A client that went away in the middle of its body gets no answer.
      if (!(error instanceof ApiError) && (request.destroyed || response.destroyed)) return;
      if (!(error instanceof ApiError)) this.parts.log.error({ err: error }, "a request failed");
      const { status, message } = error instanceof ApiError ? error : new ApiError(500, "Internal error");
      // What is left of a body that was too large is not read.
      if (status === 413) response.shouldKeepAlive = false;
      respond(response, status, "text/plain; charset=utf-8", `${message}\n`);
    }
  }

  async #answer(request: IncomingMessage): Promise<object> {
    const { app, now, isStopping } = this.parts;
    const method = request.method ?? "GET";
    const [path = "", search = ""] = (request.url ?? "/").split("?", 2);
    if (path === "/" || path === "/healthz") return {};
    if (path.startsWith("/app/")) throw new ApiError(426, "This is a WebSocket address");
    const appId = /^\/apps\/([^/]+)/.exec(path)?.[1];
    if (appId === undefined) throw new ApiError(404, "Not found");
    if (appId !== app.id) throw new ApiError(404, "Unknown app");
    const { route, param } = this.#route(method, path.slice(`/apps/${appId}`.length));
    const query = new URLSearchParams(search);
    const body = await readBody(request);
    // Nobody is subscribed any more: the publisher has to keep the event and try again.
    if (isStopping()) throw new ApiError(503, "Server is restarting");
    checkSignature(app, { method, path, query, body }, now());
    return route.handle({ param, query, body });
  }

  #route(method: string, path: string): { route: Route; param: string } {
    const fitting = this.parts.routes.filter((route) => route.path.test(path));
    if (fitting.length === 0) throw new ApiError(404, "Not found");
    const route = fitting.find((candidate) => candidate.method === method);
    if (!route) throw new ApiError(405, `Only ${fitting.map((candidate) => candidate.method).join(", ")} is answered here`);
    return { route, param: decode(route.path.exec(path)?.[1] ?? "") };
  }
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (error) {
    if (error instanceof URIError) throw new ApiError(400, "The path is not valid");
    throw error;
  }
}

function respond(response: ServerResponse, status: number, type: string, text: string): void {
  if (response.headersSent || response.destroyed) return;
  response.writeHead(status, { "content-type": type, "content-length": Buffer.byteLength(text) });
  response.end(text);
}
