/** The database card's form. With JavaScript it asks routes/api.admin.database, so that the page outlives a database that is away. */
import { z } from "zod";
import type { DatabaseCode } from "#app/domain/health/codes.ts";
import type { DatabaseCheck } from "#app/domain/health/database-check.ts";
import { checkDatabase } from "#app/domain/health/database.server.ts";
import { keepDatabaseCheck } from "#app/domain/health/results.server.ts";
import { HEALTH_LIMIT } from "#app/http/limits.server.ts";
import { intent } from "#app/http/mutation.server.ts";
import { databaseText } from "#app/i18n/health-texts.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";

type Checked = { ok: true; check: DatabaseCheck } | { ok: false; errorCode: DatabaseCode; message: string; check: DatabaseCheck };

export const databaseIntents = {
  "db-check": intent({
    schema: z.object({}),
    limit: HEALTH_LIMIT,
    run: async ({ ctx, locale, state: { services } }): Promise<{ data: Checked }> => {
      const check = await checkDatabase(ctx.db, services.settings, ctx.now);
      if (check.code !== null) return { data: { ok: false, errorCode: check.code, message: databaseText(createI18n(locale.language, locale.digits).t, check.code), check } };
      await keepDatabaseCheck(ctx, check);
      return { data: { ok: true, check } };
    },
  }),
};
