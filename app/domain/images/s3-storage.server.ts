/** Uploads in an S3-compatible store: four requests of its interface, signed (aws4fetch) and sent by Node's fetch. */
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { AwsClient } from "aws4fetch";
import { checkedFolder, checkedKey, StorageError, type Storage, type StoredBody } from "./storage.server.ts";

export interface S3Access {
  bucket: string;
  /** Of the store, with its scheme; the bucket is asked for by path. */
  endpoint: string;
  region: string;
  accessKeyId: string;
  secretAccessKey: string;
  sessionToken: string | undefined;
}

/** From the last byte that went out to the answer's head; a body may take longer, as long as it moves. */
const ANSWER_WITHIN_MS = 30_000;
const LIST_AT_ONCE = 1_000;

/** Everything lies below one word, so that the bucket may hold other things, too. */
const ROOT = "roost/";

interface Asked {
  method?: string;
  headers?: Record<string, string>;
  body?: StoredBody;
}

export function s3Storage({ bucket, endpoint, region, accessKeyId, secretAccessKey, sessionToken }: S3Access, { answerWithinMs = ANSWER_WITHIN_MS } = {}): Storage {
  const client = new AwsClient({ accessKeyId, secretAccessKey, region, service: "s3", retries: 0, ...(sessionToken !== undefined && { sessionToken }) });
  const address = (path: string) => `${endpoint}/${bucket}${path}`;

  async function ask(path: string, { method = "GET", headers = {}, body }: Asked = {}): Promise<Response> {
    // Signed apart from its body, which is a stream: TLS keeps it whole on its way.
    const signed = await client.sign(address(path), { method, headers: { ...headers, "X-Amz-Content-Sha256": "UNSIGNED-PAYLOAD" } });
    const silent = new AbortController();
    const patience = setTimeout(() => silent.abort(), answerWithinMs);
    try {
      return await fetch(signed.url, { method, ...(body && streamed(body, () => patience.refresh())), headers: signed.headers, redirect: "error", signal: silent.signal });
    } catch (error) {
      // The cause may hold the address with its signature.
      throw new StorageError(`the store did not answer: ${error instanceof Error ? error.name : "error"}`);
    } finally {
      clearTimeout(patience);
    }
  }

  async function settled(answer: Response, verb: string): Promise<void> {
    await answer.body?.cancel();
    if (!answer.ok) throw new StorageError(`the store refused to ${verb}: ${answer.status}`);
  }

  async function* list(prefix: string): AsyncIterable<{ key: string; changedAt: number }> {
    for (let token: string | null = null; ; ) {
      const query = new URLSearchParams({ "list-type": "2", "max-keys": String(LIST_AT_ONCE), prefix, ...(token !== null && { "continuation-token": token }) });
      const answer = await ask(`?${query}`);
      if (!answer.ok) return settled(answer, "list");
      const text = await answer.text();
      for (const [, entry = ""] of text.matchAll(/<Contents>(.*?)<\/Contents>/gs)) yield { key: inner(entry, "Key") ?? "", changedAt: Date.parse(inner(entry, "LastModified") ?? "") };
      token = inner(text, "IsTruncated") === "true" ? inner(text, "NextContinuationToken") : null;
      if (token === null) return;
    }
  }

  const remove = async (key: string) => settled(await ask(`/${key}`, { method: "DELETE" }), "delete");

  return {
    async put(key, body) {
      // Of bytes fetch knows the length itself; S3 takes no stream without one.
      const length = body instanceof Uint8Array ? {} : { "Content-Length": String(body.bytes) };
      await settled(await ask(`/${ROOT}${checkedKey(key)}`, { method: "PUT", body, headers: { ...length, "Content-Type": "application/octet-stream" } }), "put");
    },

    async open(key) {
      const answer = await ask(`/${ROOT}${checkedKey(key)}`);
      if (answer.status === 404) {
        await answer.body?.cancel();
        return null;
      }
      if (!answer.ok || !answer.body) {
        await settled(answer, "get");
        throw new StorageError("the store answered without a body");
      }
      return { bytes: Number(answer.headers.get("content-length")), stream: answer.body };
    },

    async removeFolder(folder) {
      for await (const { key } of list(`${ROOT}${checkedFolder(folder)}/`)) await remove(key);
    },

    async *folders() {
      // Keys come in order, so a folder's files stand together.
      const current = { folder: "", changedAt: 0 };
      for await (const { key, changedAt } of list(ROOT)) {
        const folder = key.slice(ROOT.length, Math.max(ROOT.length, key.lastIndexOf("/")));
        if (folder !== current.folder && current.folder !== "") yield { ...current };
        current.changedAt = folder === current.folder ? Math.max(current.changedAt, changedAt) : changedAt;
        current.folder = folder;
      }
      if (current.folder !== "") yield current;
    },
  };
}

function streamed(body: StoredBody, onBytes: () => void): { body: BodyInit; duplex?: "half" } {
  if (body instanceof Uint8Array) return { body: new Uint8Array(body) };
  const watched = new TransformStream<Uint8Array, Uint8Array>({
    transform(chunk, controller) {
      onBytes();
      controller.enqueue(chunk);
    },
  });
  return { body: (Readable.toWeb(createReadStream(body.path)) as ReadableStream<Uint8Array>).pipeThrough(watched), duplex: "half" };
}

/** The text of an XML element that holds nothing but text. */
function inner(xml: string, name: string): string | null {
  const text = new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
  return text === undefined ? null : text.replaceAll(/&(amp|lt|gt|quot|apos|#(\d+)|#x([0-9a-f]+));/gi, (_, named: string, decimal?: string, hex?: string) => (decimal ? String.fromCodePoint(Number(decimal)) : hex ? String.fromCodePoint(parseInt(hex, 16)) : ENTITIES[named.toLowerCase()]!));
}
const ENTITIES: Record<string, string> = { amp: "&", lt: "<", gt: ">", quot: '"', apos: "'" };
