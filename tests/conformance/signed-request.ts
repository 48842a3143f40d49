/** Requests of the HTTP API made by hand, with any part of the signature wrong that a test wants wrong. */
import { request as send } from "node:http";
import { bodyMd5, requestSignature } from "#worker/channels/credentials.ts";
import { patienceMs } from "./target.ts";
import type { Target } from "./target.ts";

export interface RequestOptions {
  method?: string;
  /** What follows /apps/APP_ID. */
  path: string;
  appId?: string;
  /** An object is sent as JSON, a string as it is. */
  body?: unknown;
  params?: Record<string, string>;
  /** Changes what is signed. */
  auth?: Record<string, string | undefined>;
  secret?: string;
  /** Changes the signed request after signing. */
  after?: (query: URLSearchParams) => void;
  sentBody?: string;
}

export interface Answer {
  /** The status that is meant (see Target.statusOf) … */
  status: number;
  /** … and the one that HTTP says. */
  httpStatus: number;
  text: string;
  json: unknown;
}

export async function apiRequest(target: Target, options: RequestOptions): Promise<Answer> {
  const method = options.method ?? (options.body === undefined ? "GET" : "POST");
  const path = `/apps/${options.appId ?? target.app.id}${options.path}`;
  const body = options.body === undefined ? "" : typeof options.body === "string" ? options.body : JSON.stringify(options.body);
  const params: Record<string, string | undefined> = {
    auth_key: target.app.key,
    auth_timestamp: String(Math.floor(Date.now() / 1000)),
    auth_version: "1.0",
    ...(body ? { body_md5: bodyMd5(Buffer.from(body)) } : {}),
    ...options.params,
    ...options.auth,
  };
  const query = new URLSearchParams(Object.entries(params).filter((entry): entry is [string, string] => entry[1] !== undefined));
  query.set("auth_signature", requestSignature(options.secret ?? target.app.secret, method, path, [...query]));
  options.after?.(query);
  return httpRequest(target, method, `${path}?${query.toString()}`, options.sentBody ?? body);
}

export function httpRequest(target: Target, method: string, path: string, body = ""): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const headers = body ? { "content-type": "application/json", "content-length": Buffer.byteLength(body) } : {};
    const request = send({ host: target.host, port: target.port, method, path, headers, agent: false }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (chunk: string) => (text += chunk));
      response.on("end", () => {
        const json = readJson(text);
        const status = response.statusCode ?? 0;
        resolve({ status: target.statusOf?.(status, json) ?? status, httpStatus: status, text, json });
      });
      response.on("error", reject);
    });
    request.on("error", reject);
    request.setTimeout(patienceMs(), () => request.destroy(new Error("no answer")));
    request.end(body);
  });
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Triggers one event by hand. */
export const trigger = (target: Target, channel: string, name = "fence", data = "{}", more: Record<string, unknown> = {}) =>
  apiRequest(target, { path: "/events", body: { name, channel, data, ...more } });
