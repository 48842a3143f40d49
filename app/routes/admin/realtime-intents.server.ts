/** The realtime card's forms. With JavaScript the browser runs the test itself (routes/api.admin.live-test). */
import { z } from "zod";
import { codeOf, type HealthCode } from "#app/domain/health/codes.ts";
import type { LiveTest } from "#app/domain/health/live-test-result.ts";
import { keepLiveTest } from "#app/domain/health/results.server.ts";
import { serverLiveTest } from "#app/domain/health/server-live-test.server.ts";
import { HEALTH_LIMIT } from "#app/http/limits.server.ts";
import { intent } from "#app/http/mutation.server.ts";
import { causeText } from "#app/i18n/health-texts.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";

type Tested = { ok: true; result: LiveTest } | { ok: false; errorCode: HealthCode; message: string; result: LiveTest };

export const realtimeIntents = {
  "env-check": intent({
    schema: z.object({}),
    limit: HEALTH_LIMIT,
    run: async ({ state: { services } }) => {
      const missing = services.settings.missingChannels;
      return { data: { configured: missing.length === 0, missing } };
    },
  }),
  "realtime-test": intent({
    schema: z.object({}),
    limit: HEALTH_LIMIT,
    run: async ({ ctx, locale, state: { services } }): Promise<{ data: Tested }> => {
      const result = await serverLiveTest({ by: "server", settings: services.settings, probe: services.probe });
      await keepLiveTest(ctx, result);
      const { cause, settings } = result;
      if (cause === null) return { data: { ok: true, result } };
      const { t } = createI18n(locale.language, locale.digits);
      return { data: { ok: false, errorCode: codeOf(cause), message: causeText(t, { cause, settings }), result } };
    },
  }),
};
