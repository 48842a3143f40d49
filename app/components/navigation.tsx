import { NavLink, useLocation } from "@remix-run/react";
import { Ellipsis, Gauge, Gift, House, MessageCircle, Settings, Users, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "./classes.ts";

interface Place {
  to: string;
  key: "nav.home" | "nav.chats" | "nav.family" | "nav.rewards" | "nav.settings" | "nav.more" | "adminShell.nav";
  icon: LucideIcon;
  /** On phones: a place of its own below, or on the page that the last of them leads to. */
  onPhones: "below" | "more";
  /** Only for admins of the site; their pages check for themselves. */
  isAdmins?: boolean;
}

/** What can be gone to. Only what exists: each feature adds its own place. */
export const PLACES: readonly Place[] = [
  { to: "/", key: "nav.home", icon: House, onPhones: "below" },
  { to: "/chats", key: "nav.chats", icon: MessageCircle, onPhones: "below" },
  { to: "/family", key: "nav.family", icon: Users, onPhones: "below" },
  { to: "/rewards", key: "nav.rewards", icon: Gift, onPhones: "below" },
  { to: "/settings", key: "nav.settings", icon: Settings, onPhones: "more" },
  { to: "/admin", key: "adminShell.nav", icon: Gauge, onPhones: "more", isAdmins: true },
];

/** Phones have room for five: the last one leads to the rest. */
const MORE: Place = { to: "/more", key: "nav.more", icon: Ellipsis, onPhones: "below" };

export const placesFor = (role: NavigationProps["role"]): Place[] => PLACES.filter(({ isAdmins = false }) => !isAdmins || role === "admin");

const ITEM = "flex min-h-target items-center rounded-md font-medium transition-colors";

interface NavigationProps {
  /** side: the rail of tablets, the sidebar of desktops. bottom: phones. */
  placement: "side" | "bottom";
  role: "admin" | "member";
}

export function Navigation({ placement, role }: NavigationProps) {
  const { t } = useTranslation();
  const { pathname } = useLocation();
  const side = placement === "side";
  const all = placesFor(role);
  const places = side ? all : [...all.filter(({ onPhones }) => onPhones === "below"), MORE];
  // What is reached by way of it belongs to it.
  const isWithin = (to: string) => to === MORE.to && all.some((place) => place.onPhones === "more" && (pathname === place.to || pathname.startsWith(`${place.to}/`)));
  return (
    <nav aria-label={t("nav.main")} className={side ? "px-2 xl:px-3" : "px-2"}>
      <ul className={side ? "flex flex-col gap-1" : "mx-auto flex max-w-readable"}>
        {places.map(({ to, key, icon: Icon }) => (
          <li key={to} className={side ? "" : "flex-1"}>
            <NavLink
              to={to}
              end={to === "/"}
              prefetch="intent"
              className={({ isActive: isHere }) => {
                const isActive = isHere || isWithin(to);
                return classes(
                  ITEM,
                  side ? "flex-col justify-center gap-0.5 px-1 py-2 text-xs xl:flex-row xl:justify-start xl:gap-3 xl:px-3 xl:text-base" : "min-h-14 flex-col justify-center gap-0.5 text-xs",
                  isActive ? "text-accent-ink" : "text-ink-soft hover:text-ink",
                  side && (isActive ? "bg-accent-soft" : "hover:bg-sunken"),
                );
              }}
            >
              {({ isActive }) => (
                <>
                  <span className={classes(!side && "rounded-full px-4 py-0.5 transition-colors", !side && (isActive || isWithin(to)) && "bg-accent-soft")}>
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
