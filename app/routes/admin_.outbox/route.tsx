import { useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { ChartsCard } from "#app/components/admin/outbox/charts-card.tsx";
import { DoneBanner } from "#app/components/admin/outbox/done-banner.tsx";
import { FailuresCard } from "#app/components/admin/outbox/failures-card.tsx";
import { Figures } from "#app/components/admin/outbox/figures.tsx";
import { RelaysCard } from "#app/components/admin/outbox/relays-card.tsx";
import { useOutboxLive } from "#app/components/admin/outbox/use-outbox-live.ts";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { form } from "#app/http/mutation.server.ts";
import { outboxIntents } from "#app/http/outbox-intents.server.ts";
import { page } from "#app/http/page.server.ts";
import { addressOf } from "#app/components/admin/outbox/address.ts";
import { EventsCard } from "./events-card.tsx";
import { loadOutbox } from "./load-outbox.server.ts";
import { PreviewCard } from "./preview-card.tsx";

export const handle: RouteHandle = { title: (t) => t("adminOutbox.title") };

export const loader = page({ access: "admin" }, loadOutbox);

export const action = form({ access: "admin", intents: outboxIntents() });

export default function Outbox() {
  const { t } = useTranslation();
  const { asked, overview, charts, list, preview, eventNames, mode, now } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const busy = useNavigation().formMethod === "POST";
  useOutboxLive();
  const { filter, range, measure, done, changed } = asked;
  return (
    <AdminPage title={t("adminOutbox.title")} text={t("adminOutbox.text")}>
      <FormError failure={failure && { ...failure, error: { ...failure.error, message: failure.errors["ids"] ?? failure.error.message } }} />
      {done && changed !== undefined && !failure && <DoneBanner verb={done} changed={changed} asked={asked.asked} />}
      {preview && <PreviewCard preview={preview} filter={filter} busy={busy} />}
      <Figures figures={overview} delivered={overview.deliveredInDay} most={overview.most.figures} now={now} addressOf={(state) => addressOf({ state })} />
      <FailuresCard groups={overview.failures} most={overview.most.group} now={now} addressOf={(of, verb) => addressOf(of, verb && { confirm: verb })} />
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 xl:grid-cols-[minmax(0,1fr)_20rem]">
        <ChartsCard charts={charts} addressWith={(change) => addressOf(filter, { range, measure, ...change })} />
        <RelaysCard relays={overview.relays} lease={overview.lease} mode={mode} now={now} />
      </div>
      <EventsCard events={list.events} next={list.next} filter={filter} isFirstPage={asked.before === undefined} eventNames={eventNames} now={now} />
    </AdminPage>
  );
}
