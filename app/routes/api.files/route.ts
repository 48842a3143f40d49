import { addFile } from "#app/domain/images/commands.server.ts";
import { MAX_FILE_BYTES } from "#app/domain/images/limits.ts";
import { fileUploadSchema } from "#app/domain/images/schema.ts";
import { UPLOAD_LIMIT } from "#app/http/limits.server.ts";
import { uploadAction } from "#app/http/uploads.server.ts";

/** Files of any kind, for a message of the conversation `id`. */
export const action = uploadAction({
  schema: fileUploadSchema,
  limit: UPLOAD_LIMIT,
  maxBytes: MAX_FILE_BYTES,
  run: async ({ ctx, viewer, input, file, request, state }) => ({ file: await addFile(ctx, viewer, input, { file, storage: state.services.storage, signal: request.signal }) }),
});
