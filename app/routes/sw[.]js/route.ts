import { source } from "virtual:roost/service-worker";
import { resource } from "#app/http/page.server.ts";

/**
 * The service worker's script. Not in public/, whose files are marked immutable: browsers look at this one again and
 * again. Its own policy rules what it may fetch: this origin.
 */
export const loader = resource({ access: "public" }, async () =>
  new Response(source, {
    headers: {
      "Content-Type": "text/javascript; charset=utf-8",
      "Cache-Control": "no-cache",
      "Service-Worker-Allowed": "/",
      "Content-Security-Policy": "default-src 'none'; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'",
    },
  }),
);
