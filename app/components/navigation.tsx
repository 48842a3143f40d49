import { NavLink } from "@remix-run/react";
import { Gauge, House, MessageCircle, Settings, Users, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "./classes.ts";

interface Place {
  to: string;
  key: "nav.home" | "nav.chats" | "nav.family" | "nav.settings" | "adminShell.nav";
  icon: LucideIcon;
  /** Only for admins of the site; their pages check for themselves. */
  isAdmins?: boolean;
}

/** What can be gone to. Only what exists: each feature adds its own place. */
export const PLACES: readonly Place[] = [
  { to: "/", key: "nav.home", icon: House },
  { to: "/chats", key: "nav.chats", icon: MessageCircle },
  { to: "/family", key: "nav.family", icon: Users },
  { to: "/settings", key: "nav.settings", icon: Settings },
  { to: "/admin", key: "adminShell.nav", icon: Gauge, isAdmins: true },
];

const ITEM = "flex min-h-target items-center rounded-md font-medium transition-colors";

interface NavigationProps {
  /** side: the rail of tablets, the sidebar of desktops. bottom: phones. */
  placement: "side" | "bottom";
  role: "admin" | "member";
}

export function Navigation({ placement, role }: NavigationProps) {
  const { t } = useTranslation();
  const side = placement === "side";
  return (
    <nav aria-label={t("nav.main")} className={side ? "px-2 xl:px-3" : "px-2"}>
      <ul className={side ? "flex flex-col gap-1" : "mx-auto flex max-w-readable"}>
        {PLACES.filter(({ isAdmins = false }) => !isAdmins || role === "admin").map(({ to, key, icon: Icon }) => (
          <li key={to} className={side ? "" : "flex-1"}>
            <NavLink
              to={to}
              end={to === "/"}
              prefetch="intent"
              className={({ isActive }) =>
                classes(
                  ITEM,
                  side ? "flex-col justify-center gap-0.5 px-1 py-2 text-xs xl:flex-row xl:justify-start xl:gap-3 xl:px-3 xl:text-base" : "min-h-14 flex-col justify-center gap-0.5 text-xs",
                  isActive ? "text-accent-ink" : "text-ink-soft hover:text-ink",
                  side && (isActive ? "bg-accent-soft" : "hover:bg-sunken"),
                )
              }
            >
              {({ isActive }) => (
                <>
                  <span className={classes(!side && "rounded-full px-4 py-0.5 transition-colors", !side && isActive && "bg-accent-soft")}>
                    <Icon aria-hidden size={22} />
                  </span>
                  {t(key)}
                </>
              )}
            </NavLink>
          </li>
        ))}
      </ul>
    </nav>
  );
}
