/** What taking a picture in is the same, whoever brings it. */
import { DomainError } from "#app/domain/errors.ts";
import { sizeName } from "./image.ts";
import type { NormalisedImage } from "./normalise.server.ts";
import type { Storage } from "./storage.server.ts";

/** Puts all sizes of a picture into its folder of the store. */
export async function putSizes(storage: Storage, folder: string, { hash, sizes }: NormalisedImage): Promise<void> {
  for (const { size, bytes } of sizes) await storage.put(`${folder}/${hash}${sizeName(size)}`, bytes);
}

const NO_PICTURE = new Set<string>(["not-a-picture", "picture-damaged", "picture-too-large", "picture-too-heavy"]);

/** Whether `normalise` refused it as a picture: it may still be a file. */
export const isNoPicture = (error: unknown): boolean => error instanceof DomainError && NO_PICTURE.has(error.code);
