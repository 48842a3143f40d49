import { useLocation, useRevalidator } from "@remix-run/react";
import { useCallback, useEffect } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Badge } from "#app/components/badge.tsx";
import { Button, buttonClass } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { useDone } from "#app/components/family/use-done.ts";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { ListRow } from "#app/components/list.tsx";
import { useToast } from "#app/components/toast.tsx";
import { FacePicture } from "#app/components/uploads/face-picture.tsx";
import { problemOfAddress } from "#app/components/uploads/upload-problem.ts";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FamilyMember } from "#app/domain/families/family.ts";
import { avatarUrl, SIZES, sizeUrl, type ImageData } from "#app/domain/images/image.ts";
import type { FormFailure } from "#app/http/form-failure.ts";

interface PersonRowProps {
  member: FamilyMember;
  isViewer: boolean;
  /** Of a child that signs in by PIN. */
  userName: string | undefined;
  /** Their face, where the viewer may set it; null until there is one. */
  picture: ImageData | null | undefined;
  /** Whether the viewer may change something about the family's people. */
  managed: boolean;
  posted: FormFailure | undefined;
}

const PAGE = "/family/people";
const REMOVE_LOOK = buttonClass("ghost", "sm", "text-bad hover:bg-bad-soft");

/** One person; for parents it opens to what can be done about them. */
export function PersonRow({ member, isViewer, userName, picture, managed, posted }: PersonRowProps) {
  const { t } = useTranslation();
  const { search } = useLocation();
  const { id, name, hue, avatar, role } = member;
  const leading = <Avatar name={name} hue={hue} avatar={avatar} size="sm" />;
  const title = (
    <span className="flex items-center gap-2">
      <bdi className="truncate">{name}</bdi>
      {isViewer && <span className="flex-none text-sm font-normal text-ink-soft">{t("rooms.you")}</span>}
      <Badge>{t(`people.roles.${role}`)}</Badge>
    </span>
  );
  if (!managed) return <ListRow leading={leading} title={title} />;
  const refused = posted?.values["memberId"] === id || problemOfAddress(search, id, t) !== null;
  return (
    <li data-member={id}>
      <details className="family-row" open={refused}>
        <summary className="flex min-h-14 items-center gap-3 px-4 py-2.5 transition-colors hover:bg-sunken">
          {leading}
          <span className="min-w-0 flex-1">
            <span className="block font-medium">{title}</span>
            {userName !== undefined && (
              <span className="block truncate text-sm text-ink-soft">
                {t("people.signsInAs")} <bdi>{userName}</bdi>
              </span>
            )}
          </span>
          <span className="text-sm font-medium text-accent-ink">{t("people.change")}</span>
        </summary>
        <div className="flex flex-col gap-4 border-t border-line bg-paper p-4">
          {picture !== undefined && <ChildPicture member={member} picture={picture} posted={posted} />}
          {userName !== undefined && <PinForm memberId={id} posted={posted} />}
          <Removal memberId={id} isViewer={isViewer} closesAccount={userName !== undefined} posted={posted} />
        </div>
      </details>
    </li>
  );
}

function ChildPicture({ member: { id, name, avatar }, picture, posted }: Pick<PersonRowProps, "member" | "posted"> & { picture: ImageData | null }) {
  const { t } = useTranslation();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent, values }) => intent === "picture-remove" && values["memberId"] === id);
  const { revalidate } = useRevalidator();
  // The member is live, the picture is loaded with the page: a face that was set elsewhere asks for a load.
  const isOutdated = typeof avatar === "string" && (picture === null || sizeUrl(picture.url, SIZES[0]) !== avatarUrl(avatar));
  useEffect(() => {
    if (isOutdated) revalidate();
    // Another face after that one asks again; one that is not to be had does so once.
  }, [isOutdated, avatar, revalidate]);
  return (
    <div className="flex flex-col items-stretch gap-3 border-b border-line pb-4">
      {failure && <FormError failure={failure} />}
      {/* A face that the other parent takes away goes at once, too. */}
      <FacePicture userId={id} picture={avatar ? picture : null} label={t("people.pictureOf", { name })} RemovalForm={fetcher.Form} action={PAGE} fields={{ memberId: id }} removing={busy !== null} />
    </div>
  );
}

function PinForm({ memberId, posted }: { memberId: string; posted: FormFailure | undefined }) {
  const { t } = useTranslation();
  const toast = useToast();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent, values }) => intent === "child-reset-pin" && values["memberId"] === memberId);
  const form = useInvalidFocus(failure);
  const done = useCallback(() => {
    form.current?.reset();
    toast(t("people.pinSet"), "good");
  }, [form, toast, t]);
  useDone({ busy, failure }, done);
  return (
    <fetcher.Form ref={form} method="post" action={PAGE} preventScrollReset className="flex flex-col items-start gap-3 border-b border-line pb-4">
      {failure && !fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="child-reset-pin" />
      <input type="hidden" name="memberId" value={memberId} />
      <TextField label={t("people.newPin")} name="pin" hint={t("people.newPinHint")} inputMode="numeric" autoComplete="off" dir="ltr" required maxLength={8} error={failure?.errors["pin"]} />
      <Button type="submit" variant="secondary" size="sm" busy={busy !== null}>
        {t("people.setPin")}
      </Button>
    </fetcher.Form>
  );
}

function Removal({ memberId, isViewer, closesAccount, posted }: { memberId: string; isViewer: boolean; closesAccount: boolean; posted: FormFailure | undefined }) {
  const { t } = useTranslation();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent, values }) => intent === "member-remove" && values["memberId"] === memberId);
  const label = isViewer ? t("people.leave") : t("people.remove");
  return (
    <>
      {failure && <FormError failure={failure} />}
      <details className="confirmed">
        <summary className={REMOVE_LOOK}>{label}</summary>
        <fetcher.Form method="post" action={PAGE} preventScrollReset className="confirmed-question">
          <input type="hidden" name="intent" value="member-remove" />
          <input type="hidden" name="memberId" value={memberId} />
          <p className="text-sm">{isViewer ? t("people.leaveHint") : closesAccount ? t("people.removeChildHint") : t("people.removeHint")}</p>
          <Button type="submit" variant="danger" size="sm" busy={busy !== null}>
            {isViewer ? t("people.leaveYes") : t("people.removeYes")}
          </Button>
        </fetcher.Form>
      </details>
    </>
  );
}
