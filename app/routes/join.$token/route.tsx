import { data } from "@remix-run/node";
import { Form, useActionData, useLoaderData, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Button, LinkButton } from "#app/components/button.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { DomainError } from "#app/domain/errors.ts";
import { acceptInvitation } from "#app/domain/families/commands.server.ts";
import { familyOf, invitationByToken } from "#app/domain/families/queries.server.ts";
import { tokenSchema } from "#app/domain/token.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SECRETS_LIMIT } from "#app/http/limits.server.ts";
import { form } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";

export const handle: RouteHandle = { title: (t) => t("join.title"), layout: "bare" };

/** Whoever is not signed in signs in or up first, and comes back. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, params }) => {
  const { data: wanted } = tokenSchema.safeParse(params);
  const invitation = wanted ? await invitationByToken(ctx, wanted.token) : null;
  const own = await familyOf(ctx, viewer);
  return data({ invitation, ownFamily: own?.family.name ?? null }, { status: invitation ? 200 : 404 });
});

export const action = form({
  access: "member",
  schema: z.object({}),
  limit: SECRETS_LIMIT,
  run: async ({ ctx, viewer, params }) => {
    const { data: wanted } = tokenSchema.safeParse(params);
    if (!wanted) throw new DomainError("not-found");
    await acceptInvitation(ctx, viewer, wanted);
    return { redirect: "/family" };
  },
});

export default function Join() {
  const { t } = useTranslation();
  const { invitation, ownFamily } = useLoaderData<typeof loader>();
  const failure = failureOf<FormFailure>(useActionData<typeof action>());
  const busy = useNavigation().formMethod === "POST";
  if (ownFamily !== null)
    return (
      <NarrowPage title={t("join.otherTitle")} text={isolatedNames([ownFamily], ([family]) => t("join.otherText", { family }))}>
        <LinkButton to="/family">{t("join.toFamily")}</LinkButton>
      </NarrowPage>
    );
  if (!invitation)
    return (
      <NarrowPage title={t("join.goneTitle")} text={t("join.goneText")}>
        <LinkButton to="/">{t("common.backHome")}</LinkButton>
      </NarrowPage>
    );
  return (
    <NarrowPage title={t("join.title")} text={isolatedNames([invitation.invitedBy, invitation.familyName], ([name, family]) => t("join.text", { name, family }))}>
      <Form method="post" className="flex flex-col gap-5">
        <FormError failure={failure} />
        <p>{t(`join.as.${invitation.role}`)}</p>
        <Button type="submit" busy={busy}>
          {t("join.accept")}
        </Button>
      </Form>
    </NarrowPage>
  );
}
