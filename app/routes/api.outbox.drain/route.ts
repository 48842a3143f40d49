import { DomainError } from "#app/domain/errors.ts";
import { endpoint } from "#app/http/mutation.server.ts";
import { hasBearer } from "#app/http/secret.server.ts";

/** For a platform's cron, with CRON_SECRET as bearer: what the relay does, once, and the recurring jobs. */
export const action = endpoint({
  access: "program",
  maxBytes: 1_024,
  run: async ({ request, state }) => {
    const { settings, runChores } = state.services;
    if (!settings.cronSecret) throw new DomainError("not-found");
    if (!hasBearer(request, settings.cronSecret)) throw new DomainError("not-signed-in");
    const { published, retried, dead, pending, tookMs, figures } = await runChores();
    return Response.json({ published, retried, dead, pending, expiredTimers: figures["expiredTimers"] ?? 0, tookMs });
  },
});
