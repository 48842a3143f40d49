/** What tests of pictures and files share. */
import { randomBytes } from "node:crypto";
import sharp from "sharp";
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import type { Storage } from "#app/domain/images/storage.server.ts";

/** A store in which nothing lies, for jobs that have nothing to do with it. */
export const emptyStorage = (): Storage => fileStorage("/nonexistent/roost-uploads");

/** A picture that people take: any colours, a camera's notes, and where it was taken. */
export const photo = (width: number, height: number, orientation = 1): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: "#a35233" } })
    .composite([{ input: { create: { width: Math.ceil(width / 4), height: Math.ceil(height / 4), channels: 3, background: "#1133cc" } }, left: 0, top: 0 }])
    .withMetadata({ orientation })
    .withExifMerge({ IFD0: { Make: "Roost camera" }, IFD3: { GPSLatitude: "24/1 38/1 0/1", GPSLatitudeRef: "N", GPSLongitude: "46/1 43/1 0/1", GPSLongitudeRef: "E" } })
    .jpeg({ quality: 92 })
    .toBuffer();

/** Pixels that no encoder makes small. */
export const noise = (width: number, height: number): Promise<Buffer> => sharp(randomBytes(width * height * 3), { raw: { width, height, channels: 3 } }).png({ compressionLevel: 0 }).toBuffer();

export function uploadForm(fields: Record<string, string>, file: Uint8Array, name: string, type = "image/jpeg"): FormData {
  const form = new FormData();
  for (const [field, value] of Object.entries(fields)) form.set(field, value);
  form.set("file", new Blob([new Uint8Array(file)], { type }), name);
  return form;
}
