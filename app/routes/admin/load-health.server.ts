import type { Context } from "#app/domain/context.ts";
import { databaseIdentity } from "#app/domain/health/database.server.ts";
import { healthResults } from "#app/domain/health/results.server.ts";
import type { RequestState } from "#app/http/request-state.server.ts";

/** What the two health cards show before anything is checked anew. */
export async function loadHealth(ctx: Context, { services: { settings } }: RequestState) {
  return {
    results: await healthResults(ctx),
    missing: settings.missingChannels,
    channels: settings.publicChannels ?? null,
    identity: databaseIdentity(settings),
  };
}
