/** What upload forms accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { idSchema } from "#app/domain/id-schema.ts";
import { IMAGE_TABLES } from "./image.ts";

/** Minted by the uploader's device: a repeated upload is recognised by it. */
export const uploadIdSchema = z.string("upload-id-malformed").regex(/^[A-Za-z0-9_-]{8,64}$/, "upload-id-malformed");

export const imageTargetSchema = z.object({ table: z.enum(IMAGE_TABLES, "image-table-unknown"), id: idSchema });
export const imageUploadSchema = imageTargetSchema.extend({ uploadId: uploadIdSchema });
export const fileUploadSchema = z.object({ id: idSchema, uploadId: uploadIdSchema });
export const uploadCancelSchema = z.object({ uploadId: uploadIdSchema });

/** Of whom a picture is taken away, on a page that shows several people. */
export const pictureRemoveSchema = z.object({ memberId: idSchema });

export type ImageTarget = z.infer<typeof imageTargetSchema>;
export type ImageUpload = z.infer<typeof imageUploadSchema>;
export type FileUpload = z.infer<typeof fileUploadSchema>;
