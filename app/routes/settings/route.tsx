import { useActionData, useLoaderData } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { z } from "zod";
import { Banner } from "#app/components/banner.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { Page } from "#app/components/page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { changePassword, endAllSessions, endOtherSessions, endSession, eraseAccount, updatePrivacy, updateProfile, updateWriting } from "#app/domain/accounts/commands.server.ts";
import { mayChangePassword } from "#app/domain/accounts/policy.ts";
import { enterSendsOf, privacyOf, profileOf, sessionsOf } from "#app/domain/accounts/queries.server.ts";
import { changePasswordSchema, endSessionSchema, eraseSchema, privacySchema, profileSchema, timeZones, writingSchema } from "#app/domain/accounts/schema.ts";
import { setNotifications } from "#app/domain/notifications/commands.server.ts";
import { preferencesOf } from "#app/domain/notifications/queries.server.ts";
import { notificationsSchema } from "#app/domain/notifications/schema.ts";
import { removeImage } from "#app/domain/images/commands.server.ts";
import { ownPictureOf } from "#app/domain/images/queries.server.ts";
import { form, intent } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";
import { tabletIntents } from "#app/http/tablet-intents.server.ts";
import { AccountCard } from "./account-card.tsx";
import { loadTablets } from "./load-tablets.server.ts";
import { NotificationsForm } from "./notifications-form.tsx";
import { PasswordForm } from "./password-form.tsx";
import { PictureForm } from "./picture-form.tsx";
import { PrivacyForm } from "./privacy-form.tsx";
import { ProfileForm } from "./profile-form.tsx";
import { SessionsCard } from "./sessions-card.tsx";
import { TabletsCard } from "./tablets-card.tsx";
import { WritingForm } from "./writing-form.tsx";

export const handle: RouteHandle = { title: (t) => t("settings.title") };

const SAVED = ["profile", "picture-removed", "notifications", "privacy", "writing", "password", "sessions", "others", "tablet-revoked", "tablet-pin"] as const;

export const loader = page({ access: "member" }, async ({ ctx, viewer, url }) => ({
  userId: viewer.userId,
  picture: await ownPictureOf(ctx, viewer),
  profile: await profileOf(ctx, viewer),
  notifications: await preferencesOf(ctx, viewer),
  privacy: await privacyOf(ctx, viewer),
  enterSends: await enterSendsOf(ctx, viewer),
  email: viewer.email,
  sessions: await sessionsOf(ctx, viewer),
  tablets: await loadTablets(ctx, viewer),
  timeZones: timeZones(),
  saved: SAVED.find((name) => name === url.searchParams.get("saved")) ?? null,
  now: ctx.now(),
}));

export const action = form({
  access: "member",
  intents: {
    profile: intent({
      schema: profileSchema,
      run: async ({ ctx, viewer, input }) => {
        await updateProfile(ctx, viewer, input);
        return { redirect: "/settings?saved=profile" };
      },
    }),
    "picture-remove": intent({
      schema: z.object({}),
      run: async ({ ctx, viewer }) => {
        await removeImage(ctx, viewer, { table: "avatars", id: viewer.userId });
        return { redirect: "/settings?saved=picture-removed" };
      },
    }),
    notifications: intent({
      schema: notificationsSchema,
      run: async ({ ctx, viewer, input }) => {
        await setNotifications(ctx, viewer, input);
        return { redirect: "/settings?saved=notifications" };
      },
    }),
    privacy: intent({
      schema: privacySchema,
      run: async ({ ctx, viewer, input }) => {
        await updatePrivacy(ctx, viewer, input);
        return { redirect: "/settings?saved=privacy" };
      },
    }),
    writing: intent({
      schema: writingSchema,
      run: async ({ ctx, viewer, input }) => {
        await updateWriting(ctx, viewer, input);
        return { redirect: "/settings?saved=writing" };
      },
    }),
    export: intent({ schema: z.object({}), run: async () => ({ redirect: "/settings/export.json" }) }),
    delete: intent({
      schema: eraseSchema,
      run: async ({ ctx, viewer, input, state }) => {
        await eraseAccount(ctx, viewer, input);
        // What this browser keeps of the person goes, too: copies of pages, the queue, drafts.
        return { redirect: "/login", headers: { "Set-Cookie": await state.cookie.take(), "Clear-Site-Data": '"storage"' } };
      },
    }),
    password: intent({
      schema: changePasswordSchema,
      run: async ({ ctx, viewer, input }) => {
        await changePassword(ctx, viewer, input);
        return { redirect: "/settings?saved=password" };
      },
    }),
    ...tabletIntents,
    "end-session": intent({
      schema: endSessionSchema,
      run: async ({ ctx, viewer, input }) => {
        await endSession(ctx, viewer, input);
        return { redirect: "/settings?saved=sessions" };
      },
    }),
    "end-other-sessions": intent({
      schema: z.object({}),
      run: async ({ ctx, viewer }) => {
        await endOtherSessions(ctx, viewer);
        return { redirect: "/settings?saved=others" };
      },
    }),
    "end-all-sessions": intent({
      schema: z.object({}),
      run: async ({ ctx, viewer, state }) => {
        await endAllSessions(ctx, viewer);
        return { redirect: "/login", headers: { "Set-Cookie": await state.cookie.take() } };
      },
    }),
  },
});

export default function Settings() {
  const { t } = useTranslation();
  const { userId, picture, profile, notifications, privacy, enterSends, email, sessions, tablets, timeZones: zones, saved, now } = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  return (
    <Page title={t("settings.title")} text={t("settings.text")}>
      {saved && !failureOf(answer) && (
        <div role="status">
          <Banner tone="good" title={t(`settings.saved.${saved}`)} />
        </div>
      )}
      <PictureForm userId={userId} picture={picture} />
      <ProfileForm profile={profile} timeZones={zones} failure={failureOf(answer, "profile")} />
      <NotificationsForm preferences={notifications} failure={failureOf(answer, "notifications")} />
      <PrivacyForm privacy={privacy} failure={failureOf(answer, "privacy")} />
      <WritingForm enterSends={enterSends} failure={failureOf(answer, "writing")} />
      {mayChangePassword({ email }) && <PasswordForm email={email} failure={failureOf(answer, "password")} savedKey={saved === "password" ? "saved" : "open"} />}
      {tablets && <TabletsCard settings={tablets} failures={{ pin: failureOf(answer, "tablet-pin"), create: failureOf(answer, "tablet-create") }} />}
      <SessionsCard sessions={sessions} now={now} />
      <AccountCard mayErase={mayChangePassword({ email })} failure={failureOf(answer, "delete")} />
    </Page>
  );
}
