import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { TextLink } from "#app/components/text-link.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import { signInChild } from "#app/domain/families/commands.server.ts";
import { childSignInSchema } from "#app/domain/families/schema.ts";
import { readFamilyCode, rememberFamilyCode } from "#app/http/family-code-cookie.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page, toPath } from "#app/http/page.server.ts";
import { redirectTo } from "#app/http/redirect-to.ts";
import { deviceOf } from "#app/http/sign-in.server.ts";

export const handle: RouteHandle = { title: (t) => t("auth.child.title"), layout: "bare" };

export const loader = page({ access: "public" }, async ({ viewer, url, request }) => {
  const next = redirectTo(url.searchParams.get("redirectTo"));
  if (viewer) throw toPath(next);
  return { redirectTo: next, familyCode: await readFamilyCode(request) };
});

export const action = form({
  access: "public",
  schema: childSignInSchema.extend({ redirectTo: z.string().optional().catch(undefined) }),
  run: async ({ input: { redirectTo: wish, ...credentials }, ...args }) => {
    const { token } = await signInChild(args.ctx, credentials, await deviceOf(args));
    const headers = new Headers([["Set-Cookie", await args.state.cookie.give(token)]]);
    headers.append("Set-Cookie", await rememberFamilyCode(args.state.secure, credentials.familyCode));
    return { redirect: redirectTo(wish), headers };
  },
});

/** For children without an e-mail address. */
export default function ChildSignIn() {
  const { t } = useTranslation();
  const { redirectTo: next, familyCode } = useLoaderData<typeof loader>();
  const failure = failureOf(useActionData<typeof action>());
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formAction?.startsWith("/login/child") ?? false;
  const typed = (field: string) => failure?.values[field];
  return (
    <NarrowPage
      title={t("auth.child.title")}
      text={t("auth.child.text")}
      footer={
        <p>
          {t("auth.child.hasEmail")} <TextLink to={next === "/" ? "/login" : `/login?${new URLSearchParams({ redirectTo: next })}`}>{t("auth.child.toSignIn")}</TextLink>
        </p>
      }
    >
      <Form ref={formRef} method="post" className="flex flex-col gap-5">
        {!fieldsSayItAll(failure) && <FormError failure={failure} />}
        <input type="hidden" name="redirectTo" value={next} />
        <TextField label={t("people.code")} name="familyCode" autoComplete="off" autoCapitalize="none" spellCheck={false} dir="ltr" required maxLength={20} defaultValue={typed("familyCode") ?? familyCode ?? ""} error={failure?.errors["familyCode"]} />
        <TextField label={t("people.userName")} name="userName" autoComplete="username" autoCapitalize="none" spellCheck={false} required maxLength={30} defaultValue={typed("userName")} error={failure?.errors["userName"]} />
        <TextField label={t("people.pin")} name="pin" type="password" inputMode="numeric" autoComplete="current-password" dir="ltr" required minLength={4} maxLength={8} error={failure?.errors["pin"]} />
        <Button type="submit" busy={busy}>
          {t("auth.signIn.submit")}
        </Button>
      </Form>
    </NarrowPage>
  );
}
