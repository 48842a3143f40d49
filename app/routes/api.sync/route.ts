import { syncFor, syncForTablet } from "#app/domain/sync/queries.server.ts";
import { json } from "#app/http/json.server.ts";
import { resource } from "#app/http/page.server.ts";
import { noteSeen } from "#app/http/seen.server.ts";
import { listenerOf } from "#app/http/tablet.server.ts";

/** Catch-up, poll and the quiet check in one: events after a cursor, or 304 when the asker's newest is known already. */
export const loader = resource({ access: "screen" }, async (args) => {
  const { ctx, url, request, log } = args;
  const listener = await listenerOf(args);
  const cursor = url.searchParams.get("cursor");
  const { etag, ...answer } = "tablet" in listener ? await syncForTablet(ctx, listener.tablet, cursor) : await syncFor(ctx, listener.viewer, cursor);
  if ("viewer" in listener) noteSeen({ ctx, viewer: listener.viewer, log });
  const headers = { ETag: etag, "Cache-Control": "private, no-cache" };
  if (answer.events.length === 0 && !answer.reset && request.headers.get("If-None-Match") === etag) return new Response(null, { status: 304, headers });
  return json(answer, { headers });
});
