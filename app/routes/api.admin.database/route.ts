/** The check of the database for the console's card: as data, so that the page stays when the database does not. */
import { z } from "zod";
import { checkDatabase } from "#app/domain/health/database.server.ts";
import { keepDatabaseCheck } from "#app/domain/health/results.server.ts";
import { HEALTH_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

export const action = jsonAction({
  access: "admin",
  schema: z.object({}),
  limit: HEALTH_LIMIT,
  run: async ({ ctx, state: { services } }) => {
    const check = await checkDatabase(ctx.db, services.settings, ctx.now);
    if (check.code === null) await keepDatabaseCheck(ctx, check);
    return { data: check };
  },
});
