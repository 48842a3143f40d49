/** F2: by content, decoded and made anew, upright, without anybody's notes. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { deflateSync } from "node:zlib";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import sharp, { type Sharp } from "sharp";
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { faultSuite } from "#tests/faults/size.ts";
import { bundled } from "#tests/support/bundle.ts";
import { cleanEnvironment } from "#tests/support/processes.ts";
import { DomainError } from "#app/domain/errors.ts";
import { DECODING_RISE_BYTES, fitsMemory } from "#app/domain/images/decoder-memory.server.ts";
import { MAX_IMAGE_BYTES, MAX_IMAGE_PIXELS } from "#app/domain/images/limits.ts";
import { normalise } from "#app/domain/images/normalise.server.ts";
import { photo } from "#tests/support/uploads.ts";

let folder: string;
beforeAll(async () => void (folder = await mkdtemp(path.join(os.tmpdir(), "roost-pictures-"))));
afterAll(() => rm(folder, { recursive: true, force: true }));

async function taken(bytes: Uint8Array, name = "picture.jpg") {
  const file = path.join(folder, name);
  await writeFile(file, bytes);
  return normalise(file);
}

const refusal = async (bytes: Uint8Array): Promise<string> => {
  try {
    await taken(bytes);
    return "taken";
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
};

test.each([1, 2, 3, 4, 5, 6, 7, 8])("orientation %i: upright and without a camera's notes in every size", async (orientation) => {
  const original = await photo(900, 600, orientation);
  const before = await sharp(original).metadata();
  expect([before.orientation, before.exif?.includes("Roost camera")]).toEqual([orientation, true]);
  const upright = await sharp(original).autoOrient().toBuffer({ resolveWithObject: true });
  const { sizes, width, height } = await taken(original);
  expect({ width, height }).toEqual({ width: upright.info.width, height: upright.info.height });
  expect(sizes.map(({ size }) => size)).toEqual([160, 480, null]);
  for (const { bytes, ...size } of sizes) {
    const found = await sharp(bytes).metadata();
    expect({ format: found.format, width: found.width, height: found.height }).toEqual({ format: "webp", width: size.width, height: size.height });
    expect([found.exif, found.xmp, found.iptc, found.icc, found.orientation]).toEqual([undefined, undefined, undefined, undefined, undefined]);
    expect(bytes.includes("Roost camera")).toBe(false);
    // The blue corner is where a viewer of the original sees it.
    const blue = async (picture: Buffer) => sharp(await sharp(picture).autoOrient().resize({ width: 40, height: 40, fit: "fill" }).png().toBuffer()).raw().toBuffer();
    const [seen, wanted] = [await blue(bytes), await blue(original)];
    const different = wanted.filter((value, at) => Math.abs(value - seen[at]!) > 60).length;
    expect(different / wanted.length).toBeLessThan(0.06);
  }
});

test.each(["png", "webp", "gif", "avif"] as const)("%s is taken, whatever it is called", async (format) => {
  const bytes = await sharp(await photo(300, 200)).toFormat(format).toBuffer();
  expect(await taken(bytes, "page.html")).toMatchObject({ width: 300, height: 200 });
});

const HTML = Buffer.from("<!doctype html><script>alert(1)</script>");
const SVG = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="10" height="10"><script>alert(1)</script></svg>');
const zipEnd = Buffer.concat([Buffer.from("PK\x05\x06", "latin1"), Buffer.alloc(18)]);

describe("what is no picture, or not only one, is refused", () => {
  test.each<[string, () => Promise<Uint8Array> | Uint8Array, string]>([
    ["HTML", () => HTML, "not-a-picture"],
    ["SVG", () => SVG, "not-a-picture"],
    ["SVG with an XML head", () => Buffer.concat([Buffer.from('<?xml version="1.0"?>'), SVG]), "not-a-picture"],
    ["PDF", () => Buffer.from("%PDF-1.7 ..."), "not-a-picture"],
    ["TIFF", async () => sharp(await photo(20, 20)).tiff().toBuffer(), "not-a-picture"],
    ["a JPEG that is a page, too", async () => Buffer.concat([await photo(60, 40), HTML]), "not-a-picture"],
    ["a JPEG that is an archive, too", async () => Buffer.concat([await photo(60, 40), zipEnd]), "not-a-picture"],
    ["a GIF that is a script, too", () => Buffer.from("GIF89a/*<script>*/=1;"), "not-a-picture"],
    ["nothing", () => new Uint8Array(), "not-a-picture"],
    ["a head alone", () => Buffer.from([0xff, 0xd8, 0xff, 0xe0, 0, 16]), "picture-damaged"],
    ["half a JPEG", async () => (await photo(900, 600)).subarray(0, 4_000), "picture-damaged"],
    ["half a PNG", async () => (await sharp(await photo(400, 300)).png().toBuffer()).subarray(0, 900), "picture-damaged"],
    ["a bomb of 50,000 × 50,000 pixels", () => pngBomb(50_000), "picture-too-large"],
  ])("%s", async (_, make, code) => {
    expect(await refusal(await make())).toBe(code);
  });
});

/** A PNG that claims to be huge; its pixels are all the same and take no room. */
function pngBomb(edge: number): Buffer {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(edge, 0);
  head.writeUInt32BE(edge, 4);
  head.set([1, 0, 0, 0, 0], 8);
  return Buffer.concat([Buffer.from("\x89PNG\r\n\x1a\n", "latin1"), chunk("IHDR", head), chunk("IDAT", deflateSync(Buffer.alloc(100_000))), chunk("IEND", Buffer.alloc(0))]);
}

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, "latin1"), data]);
  const length = Buffer.alloc(4);
  length.writeUInt32BE(data.length);
  const check = Buffer.alloc(4);
  check.writeUInt32BE(crc32(body));
  return Buffer.concat([length, body, check]);
}

function crc32(bytes: Buffer): number {
  let crc = ~0;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return ~crc >>> 0;
}

/** Making pictures of sixty million pixels takes longer than taking them: the short size makes the heaviest of each kind. */
const { size, figures } = faultSuite("pictures", {
  short: { mutations: 200, heavy: ["passes.jpg", "heavy.avif", "large.avif"], again: 1 },
  full: { mutations: 1_000, heavy: ["passes.jpg", "tall.jpg", "wide.png", "heavy.avif", "large.avif"], again: 2 },
});

test(`${size.mutations} mutated pictures: a picture or a refusal, bounded memory, and nothing beside`, async () => {
  const seeds = await Promise.all([photo(48, 32), ...(["png", "webp", "gif", "avif"] as const).map(async (format) => sharp(await photo(32, 24)).toFormat(format).toBuffer())]);
  let state = 20261129;
  const random = (below: number) => (state = (Math.imul(state, 1_103_515_245) + 12_345) >>> 0) % below;
  const counts = { taken: 0, refused: 0 };
  const before = process.memoryUsage().rss;
  for (let round = 0; round < size.mutations; round++) {
    const bytes = Buffer.from(seeds[round % seeds.length]!);
    for (let change = 0; change <= random(8); change++) bytes[random(bytes.length)] = random(256);
    const outcome = await refusal(random(5) === 0 ? bytes.subarray(0, random(bytes.length)) : bytes);
    expect(["taken", "not-a-picture", "picture-damaged", "picture-too-large"]).toContain(outcome);
    if (outcome === "taken") counts.taken++;
    else counts.refused++;
  }
  console.log(counts);
  expect(counts.refused).toBeGreaterThan(size.mutations / 4);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * 1024 * 1024);
  expect(await readdir(folder)).toEqual(expect.arrayContaining(["picture.jpg"]));
  expect((await readdir(folder)).filter((name) => !/^(?:picture\.jpg|page\.html)$/.test(name))).toEqual([]);
}, 300_000);

test.each([
  ["a JPEG, line by line", { format: "jpeg", depth: "uchar", channels: 3 }, MAX_IMAGE_PIXELS],
  ["a JPEG in passes", { format: "jpeg", depth: "uchar", channels: 3, isProgressive: true }, MAX_IMAGE_PIXELS],
  ["a JPEG in four inks, in passes", { format: "jpeg", depth: "uchar", channels: 4, isProgressive: true }, 52_428_800],
  ["a PNG in passes", { format: "png", depth: "uchar", channels: 4, isProgressive: true }, MAX_IMAGE_PIXELS],
  ["a PNG of 16 bits, line by line", { format: "png", depth: "ushort", channels: 4 }, MAX_IMAGE_PIXELS],
  ["a PNG of 16 bits, in passes", { format: "png", depth: "ushort", channels: 4, isProgressive: true }, 52_428_800],
  ["a GIF", { format: "gif", depth: "uchar", channels: 4 }, MAX_IMAGE_PIXELS],
  ["an AVIF", { format: "heif", depth: "uchar", channels: 3 }, 22_075_284],
  ["an AVIF of 10 bits", { format: "heif", depth: "ushort", channels: 3 }, 16_131_938],
] as const)("how many pixels fit: %s", (_, metadata, most) => {
  expect(fitsMemory(metadata, most)).toBe(true);
  if (most < MAX_IMAGE_PIXELS) expect(fitsMemory(metadata, most + 1)).toBe(false);
});

test("the heaviest that are allowed, all at once: the process's memory rises by what one of them may take; one that takes more is refused", { timeout: 600_000 }, async () => {
  const own = await mkdtemp(path.join(os.tmpdir(), "roost-heavy-"));
  onTestFinished(() => rm(own, { recursive: true, force: true }));
  const flat = (width: number, height: number) => sharp({ create: { width, height, channels: 3, background: "#a35233" } });
  const made: { name: string; width: number; height: number; as: (picture: Sharp) => Sharp; outcome: string }[] = [
    { name: "passes.jpg", width: 9_480, height: 6_320, as: (picture) => picture.jpeg({ progressive: true, chromaSubsampling: "4:4:4" }), outcome: "2048 × 1365" },
    { name: "tall.jpg", width: 4_000, height: 14_950, as: (picture) => picture.jpeg({ progressive: true, chromaSubsampling: "4:4:4" }), outcome: "548 × 2048" },
    { name: "wide.png", width: 12_000, height: 4_990, as: (picture) => picture.ensureAlpha().png({ progressive: true, compressionLevel: 1 }), outcome: "2048 × 852" },
    { name: "heavy.avif", width: 5_400, height: 4_200, as: (picture) => picture.avif({ effort: 0 }), outcome: "picture-too-heavy" },
    { name: "large.avif", width: 5_250, height: 4_200, as: (picture) => picture.avif({ effort: 0 }), outcome: "2048 × 1638" },
  ];
  const heavy = made.filter(({ name }) => size.heavy.includes(name));
  const small = path.join(own, "small.jpg");
  await flat(64, 48).jpeg().toFile(small);
  for (const { name, width, height, as } of heavy) {
    const { size: bytes } = await as(flat(width, height)).toFile(path.join(own, name));
    expect([name, bytes < MAX_IMAGE_BYTES, width * height <= MAX_IMAGE_PIXELS]).toEqual([name, true, true]);
  }
  const atOnce = [...heavy, ...Array.from({ length: size.again }, () => heavy.at(-1)!)];
  const child = await bundled(path.join(import.meta.dirname, "decode-at-once.ts"));
  const { stdout } = await promisify(execFile)(process.execPath, [child, small, ...atOnce.map(({ name }) => path.join(own, name))], { env: { ...cleanEnvironment(), MALLOC_ARENA_MAX: "1" } as unknown as NodeJS.ProcessEnv });
  const { rise, left, outcomes } = JSON.parse(stdout) as { rise: number; left: number; outcomes: string[] };
  figures({ "pictures at once": atOnce.length, "MB more at the highest": Math.round(rise / 1024 / 1024), "MB more afterwards": Math.round(left / 1024 / 1024) });
  expect(outcomes).toEqual(atOnce.map(({ outcome }) => outcome));
  expect(rise).toBeLessThan(DECODING_RISE_BYTES);
});
