import { Form, useActionData, useLoaderData, useSearchParams } from "@remix-run/react";
import { ListFilter } from "lucide-react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { OperationRow } from "#app/components/admin/operation-row.tsx";
import { readAsked } from "#app/components/admin/outbox/address.ts";
import { DoneBanner } from "#app/components/admin/outbox/done-banner.tsx";
import { useOperations } from "#app/components/admin/use-operations.ts";
import { Button, LinkButton } from "#app/components/button.tsx";
import { Card, CardBody } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { SelectField } from "#app/components/field.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { OPERATION_KINDS, OPERATION_STATES } from "#app/domain/maintenance/operation.ts";
import { operationActors, operationsFor } from "#app/domain/maintenance/operation-log.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { form } from "#app/http/mutation.server.ts";
import { outboxIntents } from "#app/http/outbox-intents.server.ts";
import { page } from "#app/http/page.server.ts";
import { filterOf, furtherBack, keptFilter } from "./filter.ts";

export const handle: RouteHandle = { title: (t) => t("adminOperations.title") };

export const loader = page({ access: "admin" }, async ({ ctx, viewer, url }) => {
  const filter = filterOf(url.searchParams);
  return { filter, ...(await operationsFor(ctx, viewer, filter)), actors: await operationActors(ctx, viewer), asked: readAsked(url.searchParams), now: ctx.now() };
});

/** The outbox's verbs, for scripts that follow the log: they say here what they changed. */
export const action = form({ access: "admin", intents: outboxIntents(keptFilter) });

export default function Operations() {
  const { t } = useTranslation();
  const { filter, operations: loaded, hasMore, actors, asked, now } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const operations = useOperations(loaded);
  const [params] = useSearchParams();
  const last = operations.at(-1);
  const isFiltered = Boolean(filter.kind ?? filter.state ?? filter.actorId);
  return (
    <AdminPage title={t("adminOperations.title")} text={t("adminOperations.text")}>
      <FormError failure={failure} />
      {asked.done && asked.changed !== undefined && !failure && <DoneBanner verb={asked.done} changed={asked.changed} asked={asked.asked} />}
      <Card>
        <CardBody>
          {/* Keyed by what is asked for: going back shows the filter of that page. */}
          <Form key={JSON.stringify(filter)} method="get" className="grid grid-cols-1 items-end gap-4 sm:grid-cols-2 lg:grid-cols-[1fr_1fr_1fr_auto]">
            <SelectField
              label={t("adminOperations.kind")}
              name="kind"
              defaultValue={filter.kind ?? ""}
              options={[{ value: "", label: t("adminOperations.every") }, ...OPERATION_KINDS.map((kind) => ({ value: kind, label: t(`adminOperations.kinds.${kind}`) }))]}
            />
            <SelectField
              label={t("adminOperations.state")}
              name="state"
              defaultValue={filter.state ?? ""}
              options={[{ value: "", label: t("adminOperations.every") }, ...OPERATION_STATES.map((state) => ({ value: state, label: t(`adminOperations.states.${state}`) }))]}
            />
            <SelectField label={t("adminOperations.actor")} name="actorId" defaultValue={filter.actorId ?? ""} options={[{ value: "", label: t("adminOperations.everybody") }, ...actors.map(({ id, name }) => ({ value: id, label: name }))]} />
            <Button type="submit" variant="secondary" icon={<ListFilter aria-hidden size={18} />}>
              {t("adminOperations.filter")}
            </Button>
          </Form>
        </CardBody>
      </Card>
      <Card>
        {operations.length > 0 ? (
          <List>
            {operations.map((operation) => (
              <OperationRow key={operation.id} operation={operation} now={now} />
            ))}
          </List>
        ) : (
          <EmptyState
            icon={<ListFilter aria-hidden size={36} className="text-ink-faint" />}
            title={isFiltered || filter.before ? t("adminOperations.noneTitle") : t("adminOperations.emptyTitle")}
            text={isFiltered || filter.before ? t("adminOperations.noneText") : t("adminOperations.emptyText")}
            action={
              (isFiltered || filter.before) && (
                <LinkButton to="/admin/operations" variant="secondary" size="sm">
                  {t("adminOperations.showAll")}
                </LinkButton>
              )
            }
          />
        )}
      </Card>
      {hasMore && last && (
        <LinkButton to={furtherBack(params, last)} variant="secondary" className="self-center">
          {t("adminOperations.earlier")}
        </LinkButton>
      )}
    </AdminPage>
  );
}
