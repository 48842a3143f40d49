import { resource } from "#app/http/page.server.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { THEME_COLORS } from "#app/styles/theme-colors.ts";

const ONE_HOUR_SECONDS = 3600;

/** What a phone needs to put Roost on its home screen, in the reader's language. */
export const loader = resource({ access: "public" }, async ({ locale }) => {
  const { t } = createI18n(locale.language, locale.digits);
  const manifest = {
    id: "/",
    name: t("common.appName"),
    short_name: t("common.appName"),
    description: t("landing.title"),
    lang: locale.language,
    dir: locale.dir,
    start_url: "/",
    scope: "/",
    display: "standalone",
    background_color: THEME_COLORS.light,
    theme_color: THEME_COLORS.light,
    icons: [
      { src: "/icon.svg", type: "image/svg+xml", sizes: "any" },
      { src: "/icon-192.png", type: "image/png", sizes: "192x192" },
      { src: "/icon-512.png", type: "image/png", sizes: "512x512" },
      { src: "/icon-maskable-512.png", type: "image/png", sizes: "512x512", purpose: "maskable" },
    ],
  };
  return new Response(JSON.stringify(manifest), {
    headers: { "Content-Type": "application/manifest+json", "Cache-Control": `private, max-age=${ONE_HOUR_SECONDS}`, Vary: "Accept-Language, Cookie" },
  });
});
