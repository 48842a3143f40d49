import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Button, LinkButton } from "#app/components/button.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";
import { SignOutForm } from "#app/components/offline/sign-out-form.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { signOut } from "#app/domain/accounts/commands.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page, toPath } from "#app/http/page.server.ts";

export const handle: RouteHandle = { title: (t) => t("auth.signOut.submit"), layout: "bare" };

/** A link alone signs nobody out: it shows the button. */
export const loader = page({ access: "public" }, async ({ viewer }) => {
  if (!viewer) throw toPath("/login");
  return null;
});

export const action = form({
  access: "public",
  schema: z.object({}),
  run: async ({ ctx, viewer, state }) => {
    if (viewer) await signOut(ctx, viewer);
    return { redirect: "/login", headers: { "Set-Cookie": await state.cookie.take() } };
  },
});

export default function SignOut() {
  const { t } = useTranslation();
  return (
    <NarrowPage title={t("auth.signOut.title")} text={t("auth.signOut.text")}>
      <SignOutForm action="/logout" className="flex flex-wrap gap-3">
        <Button type="submit">{t("auth.signOut.submit")}</Button>
        <LinkButton to="/" variant="secondary">
          {t("auth.signOut.stay")}
        </LinkButton>
      </SignOutForm>
    </NarrowPage>
  );
}
