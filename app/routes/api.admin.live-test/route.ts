/** What a live test in an admin's browser needs of the server: each stage asks for itself, and the end is kept. */
import { z } from "zod";
import { keepLiveTest } from "#app/domain/health/results.server.ts";
import { liveTestSchema } from "#app/domain/health/live-test-result.ts";
import { HEALTH_LIMIT } from "#app/http/limits.server.ts";
import { jsonAction } from "#app/http/mutation.server.ts";

const LAST_DATE_MS = 8_640_000_000_000_000;

const schema = z.discriminatedUnion("step", [
  z.object({ step: z.literal("configuration") }),
  z.object({ step: z.literal("credentials") }),
  z.object({ step: z.literal("trigger"), ts: z.int().min(0).max(LAST_DATE_MS) }),
  z.object({ step: z.literal("keep"), result: liveTestSchema }),
]);

export const action = jsonAction({
  access: "admin",
  schema,
  limit: HEALTH_LIMIT,
  run: async ({ ctx, input, state: { services } }) => {
    const { settings, probe } = services;
    switch (input.step) {
      case "configuration":
        return { data: { configured: settings.missingChannels.length === 0, missing: settings.missingChannels } };
      case "credentials":
        return { data: (await probe?.credentials()) ?? NOT_CONFIGURED };
      case "trigger":
        return { data: (await probe?.ping(input.ts)) ?? NOT_CONFIGURED };
      case "keep": {
        // The time is the server's, whatever the browser's clock says.
        const kept = { ...input.result, by: "browser" as const, at: ctx.now() };
        await keepLiveTest(ctx, kept);
        return { data: { at: kept.at } };
      }
    }
  },
});

const NOT_CONFIGURED = { ok: false, reason: "missing" } as const;
