import { Link } from "@remix-run/react";
import { LogOut } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "./avatar.tsx";
import { Brand, BrandMark } from "./brand.tsx";
import { classes } from "./classes.ts";
import { ConnectionBadge, type ConnectionState } from "./connection-badge.tsx";
import { Navigation } from "./navigation.tsx";
import { SignOutForm } from "./offline/sign-out-form.tsx";
import type { RouteHandle } from "./route-handle.ts";

interface AppShellProps {
  viewer: { name: string; hue: number; avatar?: string | null | undefined; role: "admin" | "member" };
  /** Of Roost itself. */
  version: string;
  connection: ConnectionState;
  layout: Exclude<RouteHandle["layout"], "bare" | undefined>;
  immersive: boolean;
  /** Above the page: what concerns all pages. */
  notice?: ReactNode;
  children: ReactNode;
}

/** The frame around every page of somebody signed in: sidebar or rail, on phones a bar above and one below. */
export function AppShell({ viewer, version, connection, layout, immersive, notice, children }: AppShellProps) {
  const fill = layout === "fill";
  return (
    <div className={classes("flex flex-col md:flex-row", fill ? "h-dvh" : "min-h-dvh")}>
      <SkipLink />
      {/* The banner's role is the bar's on phones and the sidebar's elsewhere; only one of them is shown. */}
      <Sidebar viewer={viewer} connection={connection} />
      {!immersive && <TopBar connection={connection} />}
      <main id="content" tabIndex={-1} className={classes("flex min-w-0 flex-1 flex-col", fill && "min-h-0")}>
        {notice}
        {children}
        {!fill && <Colophon version={version} />}
      </main>
      {!immersive && (
        <div className="sticky bottom-0 z-20 border-t border-line bg-surface pb-[env(safe-area-inset-bottom)] md:hidden">
          <Navigation placement="bottom" role={viewer.role} />
        </div>
      )}
    </div>
  );
}

function Colophon({ version }: Pick<AppShellProps, "version">) {
  const { t } = useTranslation();
  return <footer className="mt-auto px-4 pb-4 text-center text-xs text-ink-faint">{t("adminShell.version", { name: t("common.appName"), version })}</footer>;
}

export function SkipLink() {
  const { t } = useTranslation();
  return (
    <a href="#content" className="fixed start-4 top-3 z-50 -translate-y-20 rounded-md bg-accent px-4 py-2 font-medium text-on-accent transition-transform focus:translate-y-0">
      {t("common.skipToContent")}
    </a>
  );
}

function TopBar({ connection }: { connection: ConnectionState }) {
  return (
    <header className="sticky top-0 z-20 flex h-14 flex-none items-center justify-between gap-4 border-b border-line bg-paper px-4 md:hidden">
      <Brand />
      <ConnectionBadge state={connection} />
    </header>
  );
}

function Sidebar({ viewer, connection }: Pick<AppShellProps, "viewer" | "connection">) {
  const { t } = useTranslation();
  return (
    <div className="sticky top-0 hidden h-dvh w-22 flex-none flex-col border-e border-line bg-paper md:flex xl:w-64">
      <header className="flex h-18 flex-none items-center justify-center xl:justify-start xl:px-5">
        <Link to="/" aria-label={t("common.backHome")} className="inline-flex min-h-target items-center rounded-md">
          <span className="hidden xl:inline">
            <Brand />
          </span>
          <BrandMark size={36} className="xl:hidden" />
        </Link>
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto py-1">
        <Navigation placement="side" role={viewer.role} />
      </div>
      <footer className="flex flex-none flex-col items-center gap-2 border-t border-line px-2 py-3 xl:items-stretch xl:px-3">
        <ConnectionBadge state={connection} className="flex-wrap justify-center text-center xl:justify-start xl:px-2 xl:text-start" />
        <div className="flex w-full flex-col items-center gap-2 xl:flex-row">
          <Link to="/settings" className="flex min-w-0 items-center gap-3 rounded-md p-1 transition-colors hover:bg-sunken xl:min-h-target xl:flex-1 xl:px-2" aria-label={`${viewer.name}, ${t("nav.settings")}`}>
            <Avatar name={viewer.name} hue={viewer.hue} avatar={viewer.avatar} size="sm" />
            <bdi className="hidden truncate font-medium xl:inline">{viewer.name}</bdi>
          </Link>
          <SignOut />
        </div>
      </footer>
    </div>
  );
}

/** A document post: everything of the person leaves the page with it. */
function SignOut() {
  const { t } = useTranslation();
  return (
    <SignOutForm action="/logout">
      <button
        type="submit"
        aria-label={t("nav.signOut")}
        title={t("nav.signOut")}
        className="inline-flex size-target items-center justify-center rounded-md text-ink-soft transition-colors hover:bg-sunken hover:text-ink"
      >
        <LogOut aria-hidden size={20} className="along-text" />
      </button>
    </SignOutForm>
  );
}
