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
import { signUp } from "#app/domain/accounts/commands.server.ts";
import { mayChangePassword, maySignUp } from "#app/domain/accounts/policy.ts";
import { signUpSchema } from "#app/domain/accounts/schema.ts";
import { DomainError } from "#app/domain/errors.ts";
import { signUpInvited } from "#app/domain/families/commands.server.ts";
import type { InvitationInfo } from "#app/domain/families/queries.server.ts";
import { invitationIn } from "#app/http/invitation-link.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page, toPath } from "#app/http/page.server.ts";
import { redirectTo } from "#app/http/redirect-to.ts";
import { deviceOf } from "#app/http/sign-in.server.ts";
import { OwnTimeZone } from "./own-time-zone.tsx";

export const handle: RouteHandle = { title: (t) => t("auth.signUp.title"), layout: "bare" };

export const loader = page({ access: "public" }, async ({ ctx, viewer, url, state }) => {
  const next = redirectTo(url.searchParams.get("redirectTo"));
  if (viewer) throw toPath(next);
  const invitation = (await invitationIn(ctx, next))?.info ?? null;
  return { redirectTo: next, invitation, open: maySignUp(state.services.settings.signups, invitation !== null) };
});

export const action = form({
  access: "public",
  schema: signUpSchema.extend({ redirectTo: z.string().optional().catch(undefined) }),
  run: async ({ input: { redirectTo: wish, ...account }, ...args }) => {
    // A child's session makes no account of its own beside the family's.
    if (args.viewer && !mayChangePassword(args.viewer)) throw new DomainError("forbidden");
    const next = redirectTo(wish);
    const invitation = await invitationIn(args.ctx, next);
    const device = await deviceOf(args);
    const { token } = invitation ? await signUpInvited(args.ctx, account, device, invitation) : await signUp(args.ctx, account, device, args.state.services.settings.signups);
    return { redirect: invitation ? "/family" : next, headers: { "Set-Cookie": await args.state.cookie.give(token) } };
  },
});

export default function SignUp() {
  const { t } = useTranslation();
  const { redirectTo: next, invitation, open } = useLoaderData<typeof loader>();
  const signIn = next === "/" ? "/login" : `/login?${new URLSearchParams({ redirectTo: next })}`;
  return (
    <NarrowPage
      title={t("auth.signUp.title")}
      text={invitation ? isolatedNames([invitation.invitedBy, invitation.familyName], ([name, family]) => t("join.text", { name, family })) : open && t("auth.signUp.text")}
      footer={
        <p>
          {t("auth.signUp.hasAccount")} <TextLink to={signIn}>{t("auth.signUp.toSignIn")}</TextLink>
        </p>
      }
    >
      {open ? (
        <SignUpForm next={next} invitation={invitation} />
      ) : (
        <Banner title={t("auth.signUp.closedTitle")}>
          <p>{t("auth.signUp.closedText")}</p>
        </Banner>
      )}
    </NarrowPage>
  );
}

function SignUpForm({ next, invitation }: { next: string; invitation: InvitationInfo | null }) {
  const { t } = useTranslation();
  const failure = failureOf(useActionData<typeof action>());
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formAction?.startsWith("/signup") ?? false;
  return (
    <Form ref={formRef} method="post" className="flex flex-col gap-5">
      {!fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="redirectTo" value={next} />
      <OwnTimeZone />
      {invitation && <p>{t(`join.as.${invitation.role}`)}</p>}
      <TextField label={t("auth.name")} name="name" autoComplete="name" required maxLength={60} hint={t("auth.nameHint")} defaultValue={failure?.values["name"]} error={failure?.errors["name"]} />
      <TextField label={t("auth.email")} name="email" type="email" autoComplete="username" dir="ltr" required maxLength={254} defaultValue={failure?.values["email"]} error={failure?.errors["email"]} />
      <TextField label={t("auth.password")} name="password" type="password" autoComplete="new-password" dir="ltr" required minLength={8} maxLength={200} hint={t("auth.passwordHint")} error={failure?.errors["password"]} />
      <Button type="submit" busy={busy}>
        {t(invitation ? "join.signUp" : "auth.signUp.submit")}
      </Button>
    </Form>
  );
}
