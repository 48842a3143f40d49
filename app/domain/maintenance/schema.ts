/** What the revalidation card's forms accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { isCacheTag } from "#app/cache/tags.ts";

const MAX_PATHS = 50;
const MAX_PATH_LENGTH = 200;

/** Several fields of one name, or one text with commas, spaces or line breaks between the words; each word once. */
const words = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((given) => [...new Set([given].flat().flatMap((text) => text.split(/[\s,]+/)).filter(Boolean))]);

export const revalidateTagsSchema = z.object({
  tags: words.pipe(z.array(z.string().refine(isCacheTag, "tag-unknown")).min(1, "tags-required")),
});

/** An address of this site: no other origin, no query, nothing that another page could be mistaken for. */
const path = z.string().max(MAX_PATH_LENGTH, "path-malformed").regex(/^\/(?!\/)[\w./~-]*$/, "path-malformed");
export const revalidatePathsSchema = z.object({ paths: words.pipe(z.array(path).min(1, "paths-required").max(MAX_PATHS, "path-malformed")) });
export const refreshAllSchema = z.object({});
