import { resource } from "#app/http/page.server.ts";
import { readiness } from "#app/domain/maintenance/readiness.server.ts";

/** The process can serve: its database answers and has every migration. 503 otherwise. */
export const loader = resource({ access: "program" }, async ({ ctx, log, state: { services } }) => {
  const found = await readiness(ctx, services.settings);
  if (!found.ready) log.warn({ reason: found.reason, err: found.error }, "not ready");
  return Response.json({ ready: found.ready, reason: found.reason }, { status: found.ready ? 200 : 503 });
});
