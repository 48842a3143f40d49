/**
 * Makes pictures of our own out of others': decoded, upright, in sRGB, without metadata, in our sizes. No byte of
 * what came is kept.
 */
import { createHash } from "node:crypto";
import pLimit from "p-limit";
import sharp, { type Metadata, type Sharp } from "sharp";
import { DomainError } from "#app/domain/errors.ts";
import { fitsMemory } from "./decoder-memory.server.ts";
import { fitted, LARGEST, sizesOf, type Size } from "./image.ts";
import { MAX_IMAGE_PIXELS } from "./limits.ts";
import { recognise, type ImageFormat } from "./recognise.server.ts";

export interface NormalisedImage {
  /** Of the largest size, upright. */
  width: number;
  height: number;
  /** Of the largest size's bytes. */
  hash: string;
  sizes: (Size & { bytes: Buffer })[];
}

/** Decoding is the memory-hungry part: one at a time a process, whatever arrives at once, so that DECODING_RISE_BYTES holds. */
const oneAtATime = pLimit(1);
/** Far above what the largest allowed picture takes; a decoder that runs on is stopped. */
const DECODE_WITHIN_SECONDS = 30;
/** Beside the pixels, the length of a side: libvips and WebP have their own bounds, this one has a text. */
const MAX_EDGE = 16_383;
const QUALITY = 80;
const HASH_LENGTH = 20;

const LOADERS: Record<ImageFormat, string> = { jpeg: "VipsForeignLoadJpeg", png: "VipsForeignLoadPng", webp: "VipsForeignLoadWebp", gif: "VipsForeignLoadNsgif", avif: "VipsForeignLoadHeif" };

// Whatever recognise.server.ts lets through: SVG, PDF and the rest have no decoder here at all.
sharp.block({ operation: ["VipsForeignLoad"] });
sharp.unblock({ operation: Object.values(LOADERS) });
// Nothing is decoded twice, and a cache would only hold memory.
sharp.cache(false);
sharp.concurrency(1);

/**
 * A picture in all our sizes, as WebP.
 * @param file where the upload lies
 * @throws DomainError not-a-picture, picture-damaged, picture-too-large; picture-too-heavy where its format needs more memory for so many pixels than there is for one
 */
export async function normalise(file: string): Promise<NormalisedImage> {
  await recognise(file);
  return oneAtATime(() => decode(file).catch(asRefusal));
}

async function decode(file: string): Promise<NormalisedImage> {
  const input = () => sharp(file, { limitInputPixels: MAX_IMAGE_PIXELS, failOn: "warning", sequentialRead: true, pages: 1 });
  const metadata = await input().metadata();
  const { width, height, pageHeight = height } = metadata;
  if (width * pageHeight > MAX_IMAGE_PIXELS || Math.max(width, pageHeight) > MAX_EDGE) throw new DomainError("picture-too-large", { field: "file" });
  if (!fitsMemory(metadata, width * pageHeight)) throw new DomainError("picture-too-heavy", { field: "file" });
  // First made smaller, line by line, and only then turned: turning needs all of it in memory.
  const box = fitted(width, pageHeight, LARGEST);
  const { data, info } = await input()
    .timeout({ seconds: DECODE_WITHIN_SECONDS })
    .resize({ ...box, fit: "fill" })
    .toColourspace("srgb")
    .raw()
    .toBuffer({ resolveWithObject: true });
  const raw = () => sharp(data, { raw: { width: info.width, height: info.height, channels: info.channels } });
  const upright = turned(metadata, raw());
  const { data: pixels, info: shape } = await upright.raw().toBuffer({ resolveWithObject: true });
  const from = { width: shape.width, height: shape.height, channels: shape.channels };
  const sizes: NormalisedImage["sizes"] = [];
  for (const size of sizesOf(from)) sizes.push({ ...size, bytes: await encoded(sharp(pixels, { raw: from }), size) });
  const largest = sizes.at(-1)!;
  return { width: from.width, height: from.height, hash: createHash("sha256").update(largest.bytes).digest("hex").slice(0, HASH_LENGTH), sizes };
}

const encoded = (picture: Sharp, { width, height }: Size): Promise<Buffer> => picture.resize({ width, height, fit: "fill" }).webp({ quality: QUALITY, effort: 3 }).toBuffer();

/** By the orientation that the camera noted: 1 is upright, 2 to 8 are mirrored and turned. */
function turned({ orientation = 1 }: Metadata, picture: Sharp): Sharp {
  switch (orientation) {
    case 2:
      return picture.flop();
    case 3:
      return picture.rotate(180);
    case 4:
      return picture.flip();
    // sharp mirrors before it turns, in whatever order it is told.
    case 5:
      return picture.rotate(270).flop();
    case 6:
      return picture.rotate(90);
    case 7:
      return picture.rotate(90).flop();
    case 8:
      return picture.rotate(270);
    default:
      return picture;
  }
}

/** What libvips says of a file that it cannot read is not for people; a bug of ours has another shape. */
function asRefusal(error: unknown): never {
  if (!(error instanceof Error) || error instanceof DomainError || error instanceof TypeError || error instanceof RangeError) throw error;
  if ("code" in error && typeof error.code === "string") throw error;
  throw new DomainError(/exceeds pixel limit/i.test(error.message) ? "picture-too-large" : "picture-damaged", { field: "file" });
}
