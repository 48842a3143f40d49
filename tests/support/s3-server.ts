/**
 * A small S3-compatible store in memory: the four requests that we use, by path, each refused unless its signature
 * (AWS Signature Version 4, worked out here anew from the raw request) is right.
 */
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { S3Access } from "#app/domain/images/s3-storage.server.ts";

export interface S3Server {
  /** How the store is reached. */
  access: S3Access;
  /** What lies in the bucket, by key. */
  objects: Map<string, { bytes: Buffer; changedAt: number }>;
  /** What was asked so far, as "PUT key". */
  asked: string[];
  /** What it does with every request: a status; silence: it takes the request and says nothing; elsewhere: it sends us to another address. */
  fault: number | "silence" | "elsewhere" | null;
  stop(): Promise<void>;
}

const SKEW_MS = 15 * 60_000;
const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const hmac = (key: string | Buffer, text: string) => createHmac("sha256", key).update(text).digest();
/** As Amazon writes addresses: everything but letters, digits and -._~ */
const escaped = (text: string) => encodeURIComponent(text).replaceAll(/[!'()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);

interface SignedRequest {
  method: string;
  /** As it stands in the request's first line. */
  target: string;
  headers: Record<string, string | string[] | undefined>;
}

/** The signature that a request should carry over the headers that it names. */
export function signatureOf({ method, target, headers }: SignedRequest, signed: readonly string[], { region, secretAccessKey }: Pick<S3Access, "region" | "secretAccessKey">): string {
  const [path = "", search = ""] = target.split("?");
  const query = search.split("&").filter(Boolean).map((pair) => pair.split("=").map((part) => escaped(decodeURIComponent(part))));
  const canonical = [
    method,
    path.split("/").map((part) => escaped(decodeURIComponent(part))).join("/"),
    query.map(([name = "", value = ""]) => `${name}=${value}`).sort().join("&"),
    signed.map((name) => `${name}:${String(headers[name] ?? "").trim().replaceAll(/\s+/g, " ")}\n`).join(""),
    signed.join(";"),
    String(headers["x-amz-content-sha256"]),
  ].join("\n");
  const time = String(headers["x-amz-date"]);
  const scope = [time.slice(0, 8), region, "s3", "aws4_request"];
  const key = scope.reduce<string | Buffer>((made, part) => hmac(made, part), `AWS4${secretAccessKey}`);
  return hmac(key, ["AWS4-HMAC-SHA256", time, scope.join("/"), sha256(canonical)].join("\n")).toString("hex");
}

/** @returns why a request is refused, by Amazon's own names; null: it is signed rightly */
function refusal({ method = "", url: target = "", headers }: IncomingMessage, access: S3Access): string | null {
  const [, credential, signed = "", signature = ""] = /^AWS4-HMAC-SHA256 Credential=([^,]+), ?SignedHeaders=([^,]+), ?Signature=([0-9a-f]{64})$/.exec(headers.authorization ?? "") ?? [];
  const time = String(headers["x-amz-date"]);
  const at = Date.parse(time.replace(/^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z$/, "$1-$2-$3T$4:$5:$6Z"));
  if (Number.isNaN(at) || Math.abs(Date.now() - at) > SKEW_MS) return "RequestTimeTooSkewed";
  if (credential !== [access.accessKeyId, time.slice(0, 8), access.region, "s3", "aws4_request"].join("/")) return "InvalidAccessKeyId";
  if ((headers["x-amz-security-token"] as string | undefined) !== access.sessionToken) return "InvalidToken";
  const names = signed.split(";");
  const needed = ["host", ...Object.keys(headers).filter((name) => name.startsWith("x-amz-"))];
  if (!needed.every((name) => names.includes(name)) || names.join() !== names.toSorted().join()) return "AccessDenied";
  if (!/^(?:UNSIGNED-PAYLOAD|[0-9a-f]{64})$/.test(String(headers["x-amz-content-sha256"]))) return "InvalidRequest";
  const wanted = signatureOf({ method, target, headers }, names, access);
  return timingSafeEqual(Buffer.from(wanted), Buffer.from(signature)) ? null : "SignatureDoesNotMatch";
}

/** @param pageSize how many keys an answer lists at most, whatever was asked for */
export async function startS3({ pageSize = 1_000, sessionToken }: { pageSize?: number; sessionToken?: string } = {}): Promise<S3Server> {
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => response.destroy(error instanceof Error ? error : undefined));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const s3: S3Server = {
    access: { bucket: "household", endpoint, region: "eu-test-1", accessKeyId: "AKIDROOSTTEST", secretAccessKey: "secret/of+the/store", sessionToken },
    objects: new Map(),
    asked: [],
    fault: null,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, searchParams } = new URL(request.url ?? "", endpoint);
    const [, bucket, ...rest] = pathname.split("/").map(decodeURIComponent);
    const key = rest.join("/");
    s3.asked.push(`${request.method} ${key}`);
    if (s3.fault === "silence") return;
    if (s3.fault === "elsewhere") return void response.writeHead(307, { location: `${endpoint}/elsewhere/${key}` }).end();
    if (s3.fault !== null) return problem(response, s3.fault, "InternalError");
    const refused = refusal(request, s3.access);
    if (refused) return problem(response, 403, refused);
    if (bucket !== s3.access.bucket) return problem(response, 404, "NoSuchBucket");
    if (request.method === "PUT") return put(request, response, key);
    if (request.method === "DELETE") {
      s3.objects.delete(key);
      return void response.writeHead(204).end();
    }
    if (request.method !== "GET") return problem(response, 405, "MethodNotAllowed");
    if (key === "") return list(response, searchParams);
    const found = s3.objects.get(key);
    if (!found) return problem(response, 404, "NoSuchKey");
    response.writeHead(200, { "content-length": found.bytes.byteLength, "content-type": "application/octet-stream" }).end(found.bytes);
  }

  /** Whole or not at all: a body that breaks off leaves what was there before. */
  async function put(request: IncomingMessage, response: ServerResponse, key: string): Promise<void> {
    const length = request.headers["content-length"];
    if (length === undefined || request.headers["transfer-encoding"] !== undefined) return problem(response, 411, "MissingContentLength");
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    if (bytes.byteLength !== Number(length)) return problem(response, 400, "IncompleteBody");
    s3.objects.set(key, { bytes, changedAt: Date.now() });
    response.writeHead(200, { etag: `"${createHash("md5").update(bytes).digest("hex")}"` }).end();
  }

  function list(response: ServerResponse, query: URLSearchParams): void {
    if (query.get("list-type") !== "2") return problem(response, 400, "InvalidArgument");
    const after = query.has("continuation-token") ? Buffer.from(query.get("continuation-token")!, "base64").toString().slice(TOKEN.length) : "";
    const keys = [...s3.objects.keys()].filter((key) => key.startsWith(query.get("prefix") ?? "") && key > after).sort();
    const page = keys.slice(0, Math.min(pageSize, Number(query.get("max-keys") ?? 1_000)));
    const isTruncated = page.length < keys.length;
    const entries = page.map((key) => `<Contents><Key>${xml(key)}</Key><LastModified>${new Date(s3.objects.get(key)!.changedAt).toISOString()}</LastModified><Size>${s3.objects.get(key)!.bytes.byteLength}</Size></Contents>`);
    const next = isTruncated ? `<NextContinuationToken>${xml(Buffer.from(TOKEN + page.at(-1)!).toString("base64"))}</NextContinuationToken>` : "";
    response.writeHead(200, { "content-type": "application/xml" }).end(`<?xml version="1.0" encoding="UTF-8"?>\n<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>${bucketName()}</Name><IsTruncated>${isTruncated}</IsTruncated>${next}${entries.join("")}</ListBucketResult>`);
  }
  const bucketName = () => s3.access.bucket;
  return s3;
}

/** Makes tokens hold characters that addresses have to escape. */
const TOKEN = "??>>~~";

function problem(response: ServerResponse, status: number, code: string): void {
  response.writeHead(status, { "content-type": "application/xml", connection: "close" }).end(`<?xml version="1.0" encoding="UTF-8"?><Error><Code>${code}</Code></Error>`);
}

const xml = (text: string) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;").replaceAll("'", "&#39;");
