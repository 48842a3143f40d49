import { DomainError } from "#app/domain/errors.ts";
import { renderMetrics } from "#app/http/metrics.server.ts";
import { resource } from "#app/http/page.server.ts";
import { hasBearer } from "#app/http/secret.server.ts";

/** For Prometheus, with METRICS_TOKEN as bearer. */
export const loader = resource({ access: "program" }, async ({ ctx, request, state }) => {
  const token = state.services.settings.metricsToken;
  if (!token) throw new DomainError("not-found");
  if (!hasBearer(request, token)) throw new DomainError("not-signed-in");
  const { body, contentType } = await renderMetrics(ctx.db, ctx.now());
  return new Response(body, { headers: { "Content-Type": contentType } });
});
