/**
 * Multipart bodies with files, streamed to the disk as they come: fields are bounded, files are counted, measured and
 * hashed on their way, and none is ever held in memory. What lies there is deleted when the caller is done.
 */
import { createHash, randomUUID } from "node:crypto";
import { open, rm } from "node:fs/promises";
import path from "node:path";
import { Readable, Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { Busboy, type BusboyFileStream, type BusboyInstance } from "@fastify/busboy";
import { DomainError } from "#app/domain/errors.ts";
import type { ArrivedFile } from "#app/domain/images/commands.server.ts";
import { harmlessName } from "#app/domain/images/file-name.ts";
import { asStorageError, StorageError } from "#app/domain/images/storage.server.ts";
import { BodyError, MAX_FORM_BYTES, type Fields } from "./body.server.ts";

export interface ArrivingOptions {
  /** Where files are put meanwhile. */
  folder: string;
  /** Of one file. */
  maxBytes: number;
  maxFiles: number;
}

export interface ArrivedForm {
  fields: Fields;
  /** By their field's name, in the order in which they came; empty file fields are left out. */
  files: (ArrivedFile & { field: string })[];
}

const MAX_FIELDS = 100;
const MAX_PART_HEADERS = 20;
const MAX_PART_HEADER_BYTES = 16 * 1024;
/** Boundaries and headers of the parts. */
const OVERHEAD_BYTES = 64 * 1024;

/** Whether a form's body can hold files. */
export const isMultipart = (request: Request): boolean => /^multipart\/form-data\s*;/i.test(request.headers.get("content-type") ?? "");

/**
 * Reads a form with files, and hands it to `use`. Afterwards its files are gone, however that ended, unless `use` moved them.
 * @throws BodyError 413 for a file or form that is too large, 400 for a malformed body, 415 for another content type;
 * DomainError too-many-files, upload-broken-off when the connection ended; what `use` throws
 */
export async function withArrivingFiles<T>(request: Request, options: ArrivingOptions, use: (form: ArrivedForm) => Promise<T>): Promise<T> {
  if (!isMultipart(request)) throw new BodyError(415);
  const most = options.maxBytes * options.maxFiles + MAX_FORM_BYTES + OVERHEAD_BYTES;
  if (Number(request.headers.get("content-length") ?? 0) > most) throw new BodyError(413);
  const paths: string[] = [];
  try {
    return await use(await receive(request, options, most, paths));
  } finally {
    await Promise.all(paths.map((one) => rm(one, { force: true })));
  }
}

async function receive(request: Request, { folder, maxBytes, maxFiles }: ArrivingOptions, most: number, paths: string[]): Promise<ArrivedForm> {
  if (!request.body) throw new BodyError(400);
  const parser = parserFor(request, { fileSize: maxBytes, files: maxFiles, fieldSize: MAX_FORM_BYTES, fields: MAX_FIELDS });
  const fields = new Map<string, string[]>();
  const files: Promise<(ArrivedFile & { field: string }) | null>[] = [];
  const streams: BusboyFileStream[] = [];
  let fieldBytes = 0;
  let refusal: Error | null = null;
  const refuse = (error: Error) => {
    refusal ??= error;
    parser.destroy(error);
  };

  parser.on("field", (name, value, _nameTruncated, valueTruncated) => {
    fieldBytes += Buffer.byteLength(value);
    if (valueTruncated || fieldBytes > MAX_FORM_BYTES) return refuse(new BodyError(413));
    fields.set(name, [...(fields.get(name) ?? []), value]);
  });
  parser.on("fieldsLimit", () => refuse(new BodyError(413)));
  parser.on("partsLimit", () => refuse(new BodyError(413)));
  parser.on("filesLimit", () => refuse(new DomainError("too-many-files", { field: "file", values: { most: maxFiles } })));
  parser.on("file", (field, stream, name) => {
    const path = pathFor(folder);
    paths.push(path);
    streams.push(stream);
    stream.once("limit", () => refuse(new BodyError(413)));
    // A file field with nothing chosen sends an empty part without a name.
    const taken = take(stream, path).then(({ bytes, sha256 }) => (bytes === 0 && !name ? null : { field, path, bytes, sha256, name: harmlessName(name) }));
    taken.catch((error: unknown) => {
      // What the disk does not take is read to its end all the same: an answer amid a body is a reset connection to who sends it.
      if (error instanceof StorageError) return;
      refuse(error instanceof Error ? error : new BodyError(400));
    });
    files.push(taken);
  });

  try {
    await pipeline(Readable.fromWeb(request.body as Parameters<typeof Readable.fromWeb>[0]), bounded(most), parser);
  } catch (error) {
    // The parser leaves a file open that it was in the middle of; it is closed before it is deleted.
    for (const stream of streams) stream.destroy(error instanceof Error ? error : undefined);
    await Promise.allSettled(files);
    throw refusal ?? brokenOff(error, request);
  }
  const arrived = await Promise.all(files);
  return {
    fields: Object.fromEntries([...fields].map(([name, values]) => [name, values.length === 1 ? values[0]! : values])),
    files: arrived.filter((file) => file !== null),
  };
}

function parserFor(request: Request, limits: { fileSize: number; files: number; fieldSize: number; fields: number }): BusboyInstance {
  try {
    return new Busboy({ headers: { "content-type": request.headers.get("content-type") ?? "" }, limits: { ...limits, parts: limits.files + limits.fields, headerPairs: MAX_PART_HEADERS, headerSize: MAX_PART_HEADER_BYTES } });
  } catch (error) {
    // No boundary: the parser throws plain errors.
    if (error instanceof Error) throw new BodyError(400);
    throw error;
  }
}

const pathFor = (folder: string) => path.join(folder, randomUUID());

/** @throws StorageError once the whole of it has come, when the disk did not take it */
async function take(stream: BusboyFileStream, target: string): Promise<{ bytes: number; sha256: string }> {
  // Told to the loop below as well; it may not have begun yet.
  stream.on("error", () => undefined);
  const hash = createHash("sha256");
  let bytes = 0;
  let failure: Error | undefined;
  const failed = (error: Error) => void (failure ??= asStorageError(error));
  const file = await open(target, "wx", 0o600).catch(failed);
  try {
    for await (const chunk of stream as AsyncIterable<Buffer>) {
      if (failure !== undefined) continue;
      bytes += chunk.byteLength;
      hash.update(chunk);
      await file?.writeFile(chunk).catch(failed);
    }
    await file?.sync().catch(failed);
  } finally {
    await file?.close().catch(failed);
  }
  if (failure !== undefined) throw failure;
  return { bytes, sha256: hash.digest("hex") };
}

/** Whatever Content-Length said. */
function bounded(most: number): Transform {
  let bytes = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.byteLength;
      if (bytes > most) done(new BodyError(413));
      else done(null, chunk);
    },
  });
}

/** A connection that ended, or a body that is no form. */
function brokenOff(error: unknown, request: Request): Error {
  if (error instanceof BodyError || error instanceof DomainError) return error;
  return request.signal.aborted ? new DomainError("upload-broken-off") : new BodyError(400);
}
