import { NavLink } from "@remix-run/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { Page } from "#app/components/page.tsx";

interface Tab {
  to: string;
  key: `adminShell.tabs.${string}`;
}

/** The console's pages. Only what exists: each adds its own. */
const TABS: readonly Tab[] = [
  { to: "/admin", key: "adminShell.tabs.overview" },
  { to: "/admin/outbox", key: "adminShell.tabs.outbox" },
  { to: "/admin/operations", key: "adminShell.tabs.operations" },
  { to: "/admin/users", key: "adminShell.tabs.users" },
  { to: "/admin/edits", key: "adminShell.tabs.edits" },
];

interface AdminPageProps {
  title: ReactNode;
  text?: ReactNode;
  /** At the end of the heading's line. */
  action?: ReactNode;
  children: ReactNode;
}

/** A page of the console: heading, the way to its other pages, then what is to be seen. */
export function AdminPage({ children, ...heading }: AdminPageProps) {
  return (
    <Page {...heading} width="wide">
      <Tabs />
      {children}
    </Page>
  );
}

/** Links, not a tablist: each goes to a page of its own. */
function Tabs() {
  const { t } = useTranslation();
  return (
    <nav aria-label={t("adminShell.pages")} className="-mx-4 overflow-x-auto border-b border-line px-4 md:mx-0 md:px-0">
      <ul className="flex min-w-max gap-1">
        {TABS.map(({ to, key }) => (
          <li key={to}>
            <NavLink
              to={to}
              end={to === "/admin"}
              prefetch="intent"
              className={({ isActive }) =>
                classes("flex min-h-target items-center border-b-2 px-3 font-medium transition-colors -outline-offset-2", isActive ? "border-accent text-accent-ink" : "border-transparent text-ink-soft hover:text-ink")
              }
            >
              {t(key)}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
