/** Reads a request's body without trusting its length. */
import type { IncomingMessage } from "node:http";
import { ApiError } from "./api-error.ts";
import { isObject } from "./frames.ts";
import { MAX_REQUEST_BYTES } from "./limits.ts";

const utf8 = new TextDecoder("utf-8", { fatal: true });

/** @throws ApiError 413 as soon as more than MAX_REQUEST_BYTES are announced or have come */
export function readBody(request: IncomingMessage): Promise<Buffer> {
  const tooLarge = () => new ApiError(413, `The request is larger than ${MAX_REQUEST_BYTES} bytes`);
  if (Number(request.headers["content-length"] ?? 0) > MAX_REQUEST_BYTES) return Promise.reject(tooLarge());
  // By events: leaving a `for await` early would destroy the socket before the refusal is written.
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let length = 0;
    request.on("data", (chunk: Buffer) => {
      length += chunk.length;
      if (length <= MAX_REQUEST_BYTES) return void chunks.push(chunk);
      chunks.length = 0;
      reject(tooLarge());
    });
    request.once("end", () => resolve(chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)));
    request.once("error", reject);
  });
}

/** @throws ApiError 400 unless the body is a JSON object in UTF-8 */
export function parseBody(body: Buffer): Record<string, unknown> {
  let parsed: unknown;
  try {
    parsed = JSON.parse(utf8.decode(body));
  } catch (error) {
    if (error instanceof SyntaxError || error instanceof TypeError) throw new ApiError(400, "The body is not JSON");
    throw error;
  }
  if (!isObject(parsed)) throw new ApiError(400, "The body is not a JSON object");
  return parsed;
}
