import { useActionData, useLoaderData } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { DatabaseCard } from "#app/components/admin/database-card.tsx";
import { DiagnosticsCard } from "#app/components/admin/diagnostics-card.tsx";
import { OperationsCard } from "#app/components/admin/operations-card.tsx";
import { RealtimeCard } from "#app/components/admin/realtime-card.tsx";
import { RevalidationCard } from "#app/components/admin/revalidation-card.tsx";
import { useOperations } from "#app/components/admin/use-operations.ts";
import { failureOf } from "#app/components/form-error.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { recentOperations } from "#app/domain/maintenance/operation-log.server.ts";
import { isRevalidation } from "#app/domain/maintenance/operation.ts";
import { diagnosticsRefusal } from "#app/http/diagnostics.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { form } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";
import { usersIntents } from "#app/http/users-intents.server.ts";
import { databaseIntents } from "./database-intents.server.ts";
import { loadHealth } from "./load-health.server.ts";
import { realtimeIntents } from "./realtime-intents.server.ts";
import { revalidationIntents } from "./revalidation-intents.server.ts";

export const handle: RouteHandle = { title: (t) => t("adminShell.title") };

export const loader = page({ access: "admin" }, async (args) => ({
  health: await loadHealth(args.ctx, args.state),
  operations: await recentOperations(args.ctx, args.viewer),
  diagnosticsRefusal: args.url.searchParams.get("diagnostics") === "refused" ? await diagnosticsRefusal(args) : null,
  now: args.ctx.now(),
}));

/** Every card's forms. */
export const action = form({ access: "admin", intents: { ...realtimeIntents, ...databaseIntents, ...revalidationIntents, ...usersIntents } });

/** The console at a glance. Its other pages stand beside it (routes/admin_.*), not in it. */
export default function Admin() {
  const { t } = useTranslation();
  const { health, operations: loaded, now, diagnosticsRefusal: refusal } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const operations = useOperations(loaded);
  const revalidations = operations.filter(isRevalidation);
  return (
    <AdminPage title={t("adminShell.title")} text={t("adminShell.text")}>
      {/* Two stacks, so that a card that grows moves only what is below it. */}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-2">
        <div className="flex min-w-0 flex-col gap-6">
          <RealtimeCard missing={health.missing} channels={health.channels} kept={health.results.realtime} now={now} />
          <RevalidationCard running={revalidations.find(({ state }) => state === "running")} formKey={revalidations[0]?.id ?? ""} failure={failure} />
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          <DatabaseCard identity={health.identity} kept={health.results.database} now={now} />
          <OperationsCard operations={operations} now={now} />
          <DiagnosticsCard refusal={refusal} />
        </div>
      </div>
    </AdminPage>
  );
}
