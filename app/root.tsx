import type { LinksFunction } from "@remix-run/node";
import { Links, Meta, Outlet, Scripts, ScrollRestoration, useLoaderData, useMatches, useRevalidator, useRouteError, useRouteLoaderData } from "@remix-run/react";
import type { ReactNode } from "react";
import { I18nextProvider } from "react-i18next";
import { AppShell, SkipLink } from "#app/components/app-shell.tsx";
import { TimerAlarm } from "#app/components/family/timer-alarm.tsx";
import { Freshness } from "#app/components/freshness.tsx";
import { useNonce } from "#app/components/nonce.ts";
import { NoNotifications, Notifications } from "#app/components/notifications/notifications.tsx";
import { useUnreadTitle } from "#app/components/notifications/use-unread-title.ts";
import { KeptForOffline } from "#app/components/offline/kept-for-offline.tsx";
import { OfflineNotice } from "#app/components/offline/offline-notice.tsx";
import { RouteError } from "#app/components/route-error.tsx";
import { frameOf } from "#app/components/route-handle.ts";
import { Shortcuts } from "#app/components/shortcuts/shortcuts.tsx";
import { ToastProvider } from "#app/components/toast.tsx";
import { APP_VERSION } from "#app/config/version.server.ts";
import { familyOf } from "#app/domain/families/queries.server.ts";
import { noticesOf } from "#app/domain/notifications/queries.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import { page } from "#app/http/page.server.ts";
import { LocaleContext, useLocale } from "#app/i18n/locale-context.ts";
import { useFollowedI18n } from "#app/i18n/use-followed-i18n.ts";
import { LiveProvider, useConnectionState } from "#app/realtime/live.tsx";
import styles from "./styles/app.css?url";
import { fontsFor } from "./styles/fonts.ts";
import { THEME_COLORS } from "./styles/theme-colors.ts";

export const loader = page({ access: "public" }, async ({ ctx, viewer, locale, state }) => ({
  locale,
  version: APP_VERSION,
  viewer: viewer && { userId: viewer.userId, name: viewer.name, hue: viewer.hue, avatar: viewer.avatar, role: viewer.role },
  live: viewer && { channels: state.services.settings.publicChannels ?? null, position: await positionFor(ctx, viewer) },
  // After the position: what commits in between comes again as an event.
  notices: viewer && (await noticesOf(ctx, viewer)),
  familyChannel: viewer && ((await familyOf(ctx, viewer))?.channel ?? null),
}));

export const links: LinksFunction = () => [
  { rel: "stylesheet", href: styles },
  { rel: "icon", href: "/icon.svg", type: "image/svg+xml" },
  { rel: "icon", href: "/icon-32.png", type: "image/png", sizes: "32x32" },
  { rel: "apple-touch-icon", href: "/apple-touch-icon.png" },
  { rel: "manifest", href: "/manifest.webmanifest" },
];

/** The document, for pages and for errors alike. */
export function Layout({ children }: { children: ReactNode }) {
  const nonce = useNonce();
  const fallback = useLocale();
  const loaded = useRouteLoaderData<typeof loader>("root");
  const { i18n, locale } = useFollowedI18n(loaded?.locale ?? fallback);
  const error = useRouteError();
  const frame = frameOf(useMatches());
  // Null, too, means that nothing went wrong.
  const title = error == null ? frame.title(i18n.t) : undefined;
  const titled = useUnreadTitle(title ? i18n.t("common.titled", { title }) : i18n.t("common.appName"), loaded?.notices ?? null, i18n.t);
  return (
    <html lang={locale.language} dir={locale.dir} data-digits={locale.digits}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover, interactive-widget=resizes-content" />
        <meta name="theme-color" media="(prefers-color-scheme: light)" content={THEME_COLORS.light} />
        <meta name="theme-color" media="(prefers-color-scheme: dark)" content={THEME_COLORS.dark} />
        <title>{titled}</title>
        {fontsFor(locale.language).map((font) => (
          <link key={font} rel="preload" as="font" type="font/woff2" crossOrigin="anonymous" href={font} />
        ))}
        <Meta />
        <Links />
      </head>
      <body>
        <I18nextProvider i18n={i18n}>
          <LocaleContext.Provider value={locale}>
            <ToastProvider>{children}</ToastProvider>
          </LocaleContext.Provider>
        </I18nextProvider>
        {!frame.still && <ScrollRestoration {...(nonce === undefined ? {} : { nonce })} />}
        {!frame.still && <Scripts {...(nonce === undefined ? {} : { nonce })} />}
      </body>
    </html>
  );
}

export default function Root() {
  const { viewer, version, live, notices, familyChannel } = useLoaderData<typeof loader>();
  const { layout, immersive } = frameOf(useMatches());
  const { revalidate } = useRevalidator();
  const outlet = <Outlet />;
  if (!viewer || !live || !notices)
    return (
      <Unframed>
        <NoNotifications />
        {outlet}
      </Unframed>
    );
  return (
    <LiveProvider config={{ userId: viewer.userId, channels: live.channels, position: live.position }} onReset={revalidate}>
      <KeptForOffline />
      <Shortcuts />
      <Notifications self={viewer} notices={notices} position={live.position} />
      {familyChannel !== null && <Freshness channel={familyChannel} />}
      {familyChannel !== null && <TimerAlarm userId={viewer.userId} channel={familyChannel} sound={notices.sound} loadedAt={notices.now} />}
      {layout === "bare" ? (
        <Unframed>{outlet}</Unframed>
      ) : (
        <Framed viewer={viewer} version={version} layout={layout} immersive={immersive}>
          {outlet}
        </Framed>
      )}
    </LiveProvider>
  );
}

/** Above the page, where it is a copy: that it is one. */
function Framed(props: Omit<Parameters<typeof AppShell>[0], "connection" | "notice">) {
  const connection = useConnectionState();
  return <AppShell {...props} connection={connection} notice={<OfflineNotice connection={connection} />} />;
}

const Unframed = ({ children }: { children: ReactNode }) => (
  <>
    <SkipLink />
    <main id="content" tabIndex={-1} className="flex min-h-dvh flex-col">
      {children}
    </main>
  </>
);

export const ErrorBoundary = () => (
  <Unframed>
    <RouteError />
  </Unframed>
);
