import { resource } from "#app/http/page.server.ts";

/** The server's clock, ms since 1970: browsers correct their skew by it. */
export const loader = resource({ access: "program" }, async ({ ctx }) => ({ now: ctx.now() }));
