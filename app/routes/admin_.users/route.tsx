import { Form, useActionData, useLoaderData, useLocation } from "@remix-run/react";
import { Search, UsersRound } from "lucide-react";
import { useTranslation } from "react-i18next";
import { AdminPage } from "#app/components/admin/admin-page.tsx";
import { Button, LinkButton } from "#app/components/button.tsx";
import { Card, CardBody, SectionCard } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { USER_FILTERS, type UsersWanted } from "#app/domain/accounts/schema.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { form } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";
import { usersIntents } from "#app/http/users-intents.server.ts";
import { loadUsers } from "./load-users.server.ts";
import { UserRow } from "./user-row.tsx";

export const handle: RouteHandle = { title: (t) => t("adminUsers.title") };

export const loader = page({ access: "admin" }, loadUsers);

export const action = form({ access: "admin", intents: usersIntents });

const addressOf = ({ q, show }: UsersWanted, after = "") => {
  const asked = Object.entries({ q, show: show === "all" ? "" : show, after }).filter(([, value]) => value !== "");
  return asked.length === 0 ? "/admin/users" : `/admin/users?${new URLSearchParams(asked)}`;
};

export default function Users() {
  const { t } = useTranslation();
  const { wanted, users, next, link, viewerId } = useLoaderData<typeof loader>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  const { pathname, search } = useLocation();
  const isNarrowed = wanted.q !== "" || wanted.show !== "all";
  return (
    <AdminPage title={t("adminUsers.title")} text={t("adminUsers.text")}>
      <Card>
        <CardBody>
          {/* Keyed by what is asked for: going back shows the search of that page. */}
          <Form key={JSON.stringify(wanted)} method="get" role="search" className="grid grid-cols-1 items-end gap-4 sm:grid-cols-[1fr_12rem_auto]">
            <TextField label={t("adminUsers.search")} name="q" type="search" defaultValue={wanted.q} maxLength={100} />
            <SelectField label={t("adminUsers.show")} name="show" defaultValue={wanted.show} options={USER_FILTERS.map((value) => ({ value, label: t(`adminUsers.shows.${value}`) }))} />
            <Button type="submit" variant="secondary" icon={<Search aria-hidden size={18} />}>
              {t("adminUsers.find")}
            </Button>
          </Form>
        </CardBody>
      </Card>
      <SectionCard title={t("adminUsers.list")}>
        {users.length > 0 ? (
          <List>
            {users.map((user) => (
              <UserRow key={user.id} user={user} isViewer={user.id === viewerId} link={link?.userId === user.id ? link : null} address={pathname + search} posted={posted} />
            ))}
          </List>
        ) : (
          <EmptyState
            icon={<UsersRound aria-hidden size={36} className="text-ink-faint" />}
            title={t("adminUsers.noneTitle")}
            text={t("adminUsers.noneText")}
            action={
              <LinkButton to="/admin/users" variant="secondary" size="sm">
                {t("adminUsers.showAll")}
              </LinkButton>
            }
          />
        )}
      </SectionCard>
      <nav aria-label={t("adminUsers.list")} className="flex flex-wrap justify-center gap-3 empty:hidden">
        {(wanted.after !== "" || (isNarrowed && users.length > 0)) && (
          <LinkButton to={wanted.after === "" ? "/admin/users" : addressOf(wanted)} variant="ghost">
            {wanted.after === "" ? t("adminUsers.showAll") : t("adminUsers.first")}
          </LinkButton>
        )}
        {next !== null && (
          <LinkButton to={addressOf(wanted, next)} variant="secondary">
            {t("adminUsers.more")}
          </LinkButton>
        )}
      </nav>
    </AdminPage>
  );
}
