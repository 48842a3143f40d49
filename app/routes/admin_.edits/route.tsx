import { useLoaderData } from "@remix-run/react";
import { Pencil } from "lucide-react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { Card, CardBody } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { editsFor } from "#app/domain/conversations/edit-history.server.ts";
import { page } from "#app/http/page.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";

export const handle: RouteHandle = { title: (t) => t("adminEdits.title") };

/** What messages said before they were edited, for whoever looks into a complaint. */
export const loader = page({ access: "admin" }, async ({ ctx, viewer }) => ({ edits: await editsFor(ctx, viewer), now: ctx.now() }));

export default function Edits() {
  const { t } = useTranslation();
  const format = useFormat();
  const { edits, now } = useLoaderData<typeof loader>();
  return (
    <AdminPage title={t("adminEdits.title")} text={t("adminEdits.text")}>
      <Card>
        {edits.length > 0 ? (
          <List>
            {edits.map(({ id, authorName, conversationName, createdAt, before, now: text }) => (
              <li key={id}>
                <CardBody className="flex flex-col gap-1">
                  <p className="flex flex-wrap items-baseline justify-between gap-2 text-sm text-ink-soft">
                    <span>
                      <bdi className="font-medium text-ink">{authorName}</bdi> · <bdi>{conversationName}</bdi>
                    </span>
                    <time dateTime={new Date(createdAt).toISOString()} className="tabular-nums">
                      {format.relative(createdAt, now)}
                    </time>
                  </p>
                  <p dir="auto" className="text-ink-soft line-through wrap-anywhere whitespace-pre-wrap">
                    <span className="sr-only">{t("adminEdits.before")} </span>
                    {before}
                  </p>
                  <p dir="auto" className="wrap-anywhere whitespace-pre-wrap">
                    <span className="sr-only">{t("adminEdits.now")} </span>
                    {text}
                  </p>
                </CardBody>
              </li>
            ))}
          </List>
        ) : (
          <EmptyState icon={<Pencil aria-hidden size={36} className="text-ink-faint" />} title={t("adminEdits.none")} text={t("adminEdits.noneText")} />
        )}
      </Card>
    </AdminPage>
  );
}
