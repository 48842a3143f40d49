import { useLoaderData } from "@remix-run/react";
import { LogOut } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Card } from "#app/components/card.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { placesFor } from "#app/components/navigation.tsx";
import { SignOutForm } from "#app/components/offline/sign-out-form.tsx";
import { Page } from "#app/components/page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { page } from "#app/http/page.server.ts";

/** What a phone has no room for at its lower edge. */
export const loader = page({ access: "member" }, ({ viewer }) => Promise.resolve({ role: viewer.role }));

export const handle: RouteHandle = { title: (t) => t("nav.more") };

export default function More() {
  const { t } = useTranslation();
  const { role } = useLoaderData<typeof loader>();
  const places = placesFor(role).filter(({ onPhones }) => onPhones === "more");
  return (
    <Page title={t("nav.more")}>
      <Card>
        <List>
          {places.map(({ to, key, icon: Icon }) => (
            <ListRow key={to} to={to} leading={<Icon aria-hidden size={22} className="flex-none text-ink-soft" />} title={t(key)} />
          ))}
          <li>
            <SignOutForm action="/logout">
              <button type="submit" className="flex min-h-14 w-full items-center gap-3 px-4 py-2.5 text-start font-medium transition-colors hover:bg-sunken">
                <LogOut aria-hidden size={22} className="along-text flex-none text-ink-soft" />
                {t("nav.signOut")}
              </button>
            </SignOutForm>
          </li>
        </List>
      </Card>
    </Page>
  );
}
