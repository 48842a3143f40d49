import { resource } from "#app/http/page.server.ts";

/** The process answers. */
export const loader = resource({ access: "program" }, async () => new Response("ok\n", { headers: { "Content-Type": "text/plain; charset=utf-8" } }));
