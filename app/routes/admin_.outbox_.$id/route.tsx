import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { DoneBanner } from "#app/components/admin/outbox/done-banner.tsx";
import { EventStateBadge } from "#app/components/admin/outbox/event-state.tsx";
import { MaskedPayload } from "#app/components/admin/outbox/masked-payload.tsx";
import { useOutboxLive } from "#app/components/admin/outbox/use-outbox-live.ts";
import { Button, LinkButton } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { applies, EVENT_VERBS } from "#app/domain/outbox/filter.ts";
import { outboxEvent } from "#app/domain/outbox/queries.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { form } from "#app/http/mutation.server.ts";
import { outboxIntents } from "#app/http/outbox-intents.server.ts";
import { page } from "#app/http/page.server.ts";
import { readAsked } from "#app/components/admin/outbox/address.ts";
import { Attempts } from "./attempts.tsx";
import { Facts } from "./facts.tsx";

export const handle: RouteHandle = { title: (t) => t("adminOutbox.event.title") };

export const loader = page({ access: "admin" }, async ({ ctx, viewer, params, url }) => ({
  event: await outboxEvent(ctx, viewer, params["id"] ?? ""),
  asked: readAsked(url.searchParams),
  now: ctx.now(),
}));

export const action = form({ access: "admin", intents: outboxIntents() });

/** One event: where it stands, what happened to it, what it carries. */
export default function OutboxEvent() {
  const { t } = useTranslation();
  const { event, asked, now } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const busy = useNavigation().formMethod === "POST";
  useOutboxLive();
  // A dead one is put back by trying it again.
  const verbs = EVENT_VERBS.filter((verb) => applies(verb, event) && !(verb === "requeue" && event.state === "dead"));
  return (
    <AdminPage
      title={<code dir="ltr">{event.event}</code>}
      text={t("adminOutbox.event.text")}
      action={
        <LinkButton to="/admin/outbox" variant="ghost">
          {t("adminOutbox.event.back")}
        </LinkButton>
      }
    >
      <FormError failure={failure} />
      {asked.done && asked.changed !== undefined && !failure && <DoneBanner verb={asked.done} changed={asked.changed} asked={asked.asked} />}
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-2">
        <SectionCard title={t("adminOutbox.event.facts")} action={<EventStateBadge event={event} />}>
          <Facts event={event} now={now} />
          {verbs.length > 0 && (
            <Form method="post" className="flex flex-wrap gap-2 border-t border-line p-4">
              <input type="hidden" name="ids" value={event.id} />
              {verbs.map((verb) => (
                <Button key={verb} type="submit" name="intent" value={verb} variant={verb === "drop" ? "ghost" : "secondary"} busy={busy}>
                  {t(`adminOutbox.verbs.${verb}`)}
                </Button>
              ))}
            </Form>
          )}
        </SectionCard>
        <Attempts event={event} now={now} />
        <SectionCard title={t("adminOutbox.event.payload")} text={t("adminOutbox.event.payloadText", { count: event.payloadBytes })}>
          <CardBody className="text-sm">
            <div dir="ltr">
              <MaskedPayload value={event.payload} />
            </div>
          </CardBody>
        </SectionCard>
      </div>
    </AdminPage>
  );
}
