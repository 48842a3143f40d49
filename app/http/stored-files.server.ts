/** Answers with what lies in the store. Nothing in them may run, whatever it is. */
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { privateFileFor, privateImageFor } from "#app/domain/images/queries.server.ts";
import { folderOf, type Storage } from "#app/domain/images/storage.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";

const IMAGE_NAME = /^([0-9a-f]{32})-([0-9a-f]{20})((?:-(?:160|480|1280))?\.webp)$/;
const FILE_NAME = /^[0-9a-f]{32}$/;

/** Opened on its own, a file is a page without an origin in which nothing loads and nothing runs. */
const SANDBOX = "default-src 'none'; sandbox; frame-ancestors 'none'";
const IMMUTABLE = "public, max-age=31536000, immutable";
/** Kept by the browser, but asked for each time: whoever was removed gets nothing. */
const ASK_EACH_TIME = "private, no-cache";
/**
 * As it is, byte for byte: remix-serve's compression would else take a file's length away, and with it how far a download
 * is. Pictures it leaves alone by their type.
 */
const ASK_EACH_TIME_UNCHANGED = `${ASK_EACH_TIME}, no-transform`;

const headers = (more: Record<string, string>): Record<string, string> => ({ "X-Content-Type-Options": "nosniff", "Content-Security-Policy": SANDBOX, ...more });

/**
 * A public picture.
 * @param name `{id}-{hash}[-{size}].webp`
 * @throws DomainError not-found
 */
export async function publicImage(storage: Storage, name: string, request: Request): Promise<Response> {
  const [, id, hash, rest] = IMAGE_NAME.exec(name) ?? [];
  if (id === undefined || hash === undefined) throw new DomainError("not-found");
  return answer(request, storage, `${folderOf("public", id)}/${hash}${rest}`, headers({ "Content-Type": "image/webp", "Cache-Control": IMMUTABLE }));
}

interface PrivateRequest {
  ctx: Context;
  viewer: Viewer;
  storage: Storage;
  name: string;
  request: Request;
}

/**
 * A picture or a file of a message, for who may see that message now.
 * @param name `{id}-{hash}[-{size}].webp` for a picture, `{id}` for a file
 * @throws DomainError not-found for everybody else, too
 */
export async function privateUpload({ ctx, viewer, storage, name, request }: PrivateRequest): Promise<Response> {
  if (FILE_NAME.test(name)) {
    const file = await privateFileFor(ctx, viewer, name);
    const etag = `"${file.hash}"`;
    const described = headers({ "Content-Type": "application/octet-stream", "Content-Disposition": attachment(file.name), "Cache-Control": ASK_EACH_TIME_UNCHANGED, ETag: etag });
    return isKnown(request, etag) ? new Response(null, { status: 304, headers: described }) : answer(request, storage, `${folderOf("private", file.id)}/file`, described);
  }
  const [, id, hash, rest] = IMAGE_NAME.exec(name) ?? [];
  if (id === undefined || hash === undefined) throw new DomainError("not-found");
  const image = await privateImageFor(ctx, viewer, { id, hash });
  const etag = `"${image.hash}${rest}"`;
  const described = headers({ "Content-Type": "image/webp", "Cache-Control": ASK_EACH_TIME, ETag: etag });
  return isKnown(request, etag) ? new Response(null, { status: 304, headers: described }) : answer(request, storage, `${folderOf("private", image.id)}/${hash}${rest}`, described);
}

const isKnown = (request: Request, etag: string) => (request.headers.get("if-none-match") ?? "").split(",").some((one) => one.trim().replace(/^W\//, "") === etag);

async function answer(request: Request, storage: Storage, key: string, described: Record<string, string>): Promise<Response> {
  const file = await storage.open(key);
  if (!file) throw new DomainError("not-found");
  // Nobody would read it, and it would stay open.
  if (request.method === "HEAD") await file.stream.cancel();
  return new Response(request.method === "HEAD" ? null : file.stream, { headers: { ...described, "Content-Length": String(file.bytes) } });
}

/** A name in any script (RFC 6266, RFC 8187), and one in ASCII for what cannot read that. */
export function attachment(name: string): string {
  const plain = name.normalize("NFKD").replaceAll(/[^\x20-\x7e]|["\\%]/g, "_");
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (character) => `%${character.charCodeAt(0).toString(16).toUpperCase()}`);
  return `attachment; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
