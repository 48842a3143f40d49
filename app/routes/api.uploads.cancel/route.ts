import { cancelUpload } from "#app/domain/images/commands.server.ts";
import { uploadCancelSchema } from "#app/domain/images/schema.ts";
import { UPLOAD_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

/** Takes back what was uploaded for a message that is not sent; also after the answer to it was lost. */
export const action = jsonAction({
  access: "member",
  schema: uploadCancelSchema,
  limit: UPLOAD_LIMIT,
  run: async ({ ctx, viewer, input }) => {
    await cancelUpload(ctx, viewer, input);
    return { data: { cancelled: true } };
  },
});
