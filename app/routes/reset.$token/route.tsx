import { data } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button, LinkButton } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import { resetPassword } from "#app/domain/accounts/commands.server.ts";
import { resetByToken } from "#app/domain/accounts/resets.server.ts";
import { newPasswordFormSchema } from "#app/domain/accounts/schema.ts";
import { DomainError } from "#app/domain/errors.ts";
import { tokenSchema } from "#app/domain/token.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SECRETS_LIMIT } from "#app/http/limits.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";

export const handle: RouteHandle = { title: (t) => t("reset.title"), layout: "bare" };

/** Whoever holds the link may set that person's password, once. */
export const loader = page({ access: "public" }, async ({ ctx, params }) => {
  const { data: wanted } = tokenSchema.safeParse(params);
  const reset = wanted ? await resetByToken(ctx, wanted.token) : null;
  return data({ person: reset && { name: reset.name, email: reset.email } }, { status: reset ? 200 : 404 });
});

export const action = form({
  access: "public",
  schema: newPasswordFormSchema,
  limit: SECRETS_LIMIT,
  run: async ({ ctx, params, input: { password } }) => {
    const { data: wanted } = tokenSchema.safeParse(params);
    if (!wanted) throw new DomainError("not-found");
    await resetPassword(ctx, { ...wanted, password });
    return { redirect: "/login?reset=done" };
  },
});

export default function Reset() {
  const { t } = useTranslation();
  const { person } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const formRef = useInvalidFocus(failure);
  const busy = useNavigation().formMethod === "POST";
  if (!person)
    return (
      <NarrowPage title={t("reset.goneTitle")} text={t("reset.goneText")}>
        <LinkButton to="/login">{t("reset.toSignIn")}</LinkButton>
      </NarrowPage>
    );
  return (
    <NarrowPage title={t("reset.title")} text={isolatedNames([person.name], ([name]) => t("reset.text", { name }))}>
      <Form ref={formRef} method="post" className="flex flex-col gap-5">
        {!fieldsSayItAll(failure) && <FormError failure={failure} />}
        {/* For password managers: whose password this is. */}
        <input type="hidden" autoComplete="username" value={person.email} readOnly />
        <TextField label={t("reset.password")} name="password" type="password" autoComplete="new-password" dir="ltr" required minLength={8} maxLength={200} hint={t("auth.passwordHint")} error={failure?.errors["password"]} />
        <p className="text-sm text-ink-soft">{t("reset.ends")}</p>
        <Button type="submit" busy={busy}>
          {t("reset.submit")}
        </Button>
      </Form>
    </NarrowPage>
  );
}
