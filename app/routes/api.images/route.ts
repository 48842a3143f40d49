import { addImage } from "#app/domain/images/commands.server.ts";
import { MAX_IMAGE_BYTES } from "#app/domain/images/limits.ts";
import { imageUploadSchema } from "#app/domain/images/schema.ts";
import { UPLOAD_LIMIT } from "#app/http/limits.server.ts";
import { uploadAction } from "#app/http/uploads.server.ts";

/** The one way in for pictures: of the shop, the household, people and messages. */
export const action = uploadAction({
  schema: imageUploadSchema,
  limit: UPLOAD_LIMIT,
  maxBytes: MAX_IMAGE_BYTES,
  run: async ({ ctx, viewer, input, file, request, state }) => ({ image: await addImage(ctx, viewer, input, { file, storage: state.services.storage, signal: request.signal }) }),
});
