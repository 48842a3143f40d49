import { resource } from "#app/http/page.server.ts";
import { privateUpload } from "#app/http/stored-files.server.ts";

/** Pictures and files of messages: who may have one is asked every time. */
export const loader = resource({ access: "member" }, async ({ ctx, viewer, params, request, state }) => privateUpload({ ctx, viewer, storage: state.services.storage, name: params["name"] ?? "", request }));
