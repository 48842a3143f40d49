/** What a file is, by its content: names and declared types are somebody's claim. */
import { open } from "node:fs/promises";
import { DomainError } from "#app/domain/errors.ts";

export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "avif";

const ascii = (head: Buffer, from: number, to: number) => head.toString("latin1", from, to);

const SIGNATURES: readonly [ImageFormat, (head: Buffer) => boolean][] = [
  ["jpeg", (head) => head[0] === 0xff && head[1] === 0xd8 && head[2] === 0xff],
  ["png", (head) => ascii(head, 0, 8) === "\x89PNG\r\n\x1a\n"],
  ["webp", (head) => ascii(head, 0, 4) === "RIFF" && ascii(head, 8, 12) === "WEBP"],
  ["gif", (head) => /^GIF8[79]a$/.test(ascii(head, 0, 6))],
  ["avif", (head) => ascii(head, 4, 8) === "ftyp" && /^avi[fs]$/.test(ascii(head, 8, 12))],
];

const HEAD_BYTES = 16;
const CHUNK_BYTES = 256 * 1024;
/** What makes a file a page, a script or a document to something that guesses. No camera writes these. */
const ACTIVE = /<script|<html|<!doctype|<svg|<iframe|<body|<\?php|%pdf-/i;
const ACTIVE_OVERLAP = 16;
/** A ZIP is read from its end: this record, whose last field says how much follows it. */
const ZIP_END = Buffer.from("PK\x05\x06", "latin1");
const ZIP_END_BYTES = 22;
const MAX_ZIP_COMMENT = 65_535;

/**
 * The picture format of a file.
 * @throws DomainError not-a-picture for anything else, and for a picture that is something else as well (a polyglot)
 */
export async function recognise(file: string): Promise<ImageFormat> {
  const handle = await open(file, "r");
  try {
    const head = Buffer.alloc(HEAD_BYTES);
    const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
    const format = SIGNATURES.find(([, matches]) => matches(head.subarray(0, bytesRead)))?.[0];
    if (!format || (await isAlsoActive(handle)) || (await isAlsoZip(handle))) throw new DomainError("not-a-picture", { field: "file" });
    return format;
  } finally {
    await handle.close();
  }
}

type Handle = Awaited<ReturnType<typeof open>>;

async function isAlsoActive(handle: Handle): Promise<boolean> {
  const chunk = Buffer.alloc(CHUNK_BYTES);
  for (let at = 0; ; at += CHUNK_BYTES - ACTIVE_OVERLAP) {
    const { bytesRead } = await handle.read(chunk, 0, CHUNK_BYTES, at);
    if (ACTIVE.test(chunk.toString("latin1", 0, bytesRead))) return true;
    if (bytesRead < CHUNK_BYTES) return false;
  }
}

async function isAlsoZip(handle: Handle): Promise<boolean> {
  const { size } = await handle.stat();
  const tail = Buffer.alloc(Math.min(size, ZIP_END_BYTES + MAX_ZIP_COMMENT));
  await handle.read(tail, 0, tail.length, size - tail.length);
  for (let at = tail.lastIndexOf(ZIP_END); at !== -1; at = at === 0 ? -1 : tail.lastIndexOf(ZIP_END, at - 1)) {
    if (at + ZIP_END_BYTES <= tail.length && at + ZIP_END_BYTES + tail.readUInt16LE(at + 20) === tail.length) return true;
  }
  return false;
}
