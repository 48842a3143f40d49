import { resource } from "#app/http/page.server.ts";
import { publicImage } from "#app/http/stored-files.server.ts";

/** Pictures of the shop and of people. Their addresses name their content: whoever has one may keep it for ever. */
export const loader = resource({ access: "program" }, async ({ params, request, state }) => publicImage(state.services.storage, params["name"] ?? "", request));
