import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Banner } from "#app/components/banner.tsx";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { TextLink } from "#app/components/text-link.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import { signInSchema } from "#app/domain/accounts/schema.ts";
import { invitationIn } from "#app/http/invitation-link.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page, toPath } from "#app/http/page.server.ts";
import { redirectTo } from "#app/http/redirect-to.ts";
import { authenticate } from "#app/http/sign-in.server.ts";

export const handle: RouteHandle = { title: (t) => t("auth.signIn.title"), layout: "bare" };

export const loader = page({ access: "public" }, async ({ ctx, viewer, url }) => {
  const next = redirectTo(url.searchParams.get("redirectTo"));
  if (viewer) throw toPath(next);
  return { redirectTo: next, invitation: (await invitationIn(ctx, next))?.info ?? null, hasNewPassword: url.searchParams.get("reset") === "done" };
});

export const action = form({
  access: "public",
  schema: signInSchema.extend({ redirectTo: z.string().optional().catch(undefined) }),
  run: async ({ input: { redirectTo: wish, ...credentials }, ...args }) => {
    const { token } = await authenticate(args, credentials);
    return { redirect: redirectTo(wish), headers: { "Set-Cookie": await args.state.cookie.give(token) } };
  },
});

export default function SignIn() {
  const { t } = useTranslation();
  const { redirectTo: next, invitation, hasNewPassword } = useLoaderData<typeof loader>();
  const failure = failureOf(useActionData<typeof action>());
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formAction?.startsWith("/login") ?? false;
  const back = next === "/" ? "" : `?${new URLSearchParams({ redirectTo: next })}`;
  return (
    <NarrowPage
      title={t("auth.signIn.title")}
      text={invitation ? isolatedNames([invitation.invitedBy, invitation.familyName], ([name, family]) => t("join.signIn", { name, family })) : t("auth.signIn.text")}
      footer={
        <>
          <p>
            {t(invitation ? "join.newHere" : "auth.signIn.noAccount")} <TextLink to={`/signup${back}`}>{t("auth.signIn.toSignUp")}</TextLink>
          </p>
          <p className="mt-2">
            <TextLink to={`/login/child${back}`}>{t("auth.signIn.toChild")}</TextLink>
          </p>
        </>
      }
    >
      <Form ref={formRef} method="post" className="flex flex-col gap-5">
        {hasNewPassword && !failure && (
          <div role="status">
            <Banner tone="good" title={t("reset.done")} />
          </div>
        )}
        {!fieldsSayItAll(failure) && <FormError failure={failure} />}
        <input type="hidden" name="redirectTo" value={next} />
        <TextField label={t("auth.email")} name="email" type="email" autoComplete="username" dir="ltr" required maxLength={254} defaultValue={failure?.values["email"]} error={failure?.errors["email"]} />
        <TextField label={t("auth.password")} name="password" type="password" autoComplete="current-password" dir="ltr" required maxLength={200} error={failure?.errors["password"]} />
        <Button type="submit" busy={busy}>
          {t("auth.signIn.submit")}
        </Button>
      </Form>
    </NarrowPage>
  );
}
