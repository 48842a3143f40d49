import { Link as LinkIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody } from "#app/components/card.tsx";
import { ChoiceField } from "#app/components/choice-field.tsx";
import { CopyField } from "#app/components/family/copy-field.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { FormError } from "#app/components/form-error.tsx";
import { List } from "#app/components/list.tsx";
import type { OpenInvitation } from "#app/domain/families/queries.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { Managed } from "./load-people.server.ts";

interface InvitationsProps {
  invitations: readonly OpenInvitation[];
  link: Managed["link"];
  posted: FormFailure | undefined;
}

const PAGE = "/family/people";

/** Links that let somebody in: the newest shows itself, all can be taken back. */
export function Invitations({ invitations, link, posted }: InvitationsProps) {
  const { t } = useTranslation();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent }) => intent === "invite");
  return (
    <>
      {invitations.length > 0 && (
        <List className="border-b border-line">
          {invitations.map((invitation) => (
            <InvitationRow key={invitation.id} invitation={invitation} url={link?.invitationId === invitation.id ? link.url : null} posted={posted} />
          ))}
        </List>
      )}
      <CardBody>
        <fetcher.Form method="post" action={PAGE} preventScrollReset className="flex flex-col items-start gap-4">
          {failure && <FormError failure={failure} />}
          <input type="hidden" name="intent" value="invite" />
          <div className="w-full">
            <ChoiceField
              legend={t("people.whoComes")}
              name="role"
              defaultValue="parent"
              options={[
                { value: "parent", label: t("people.aParent"), hint: t("people.aParentHint") },
                { value: "child", label: t("people.aChild"), hint: t("people.aChildHint") },
              ]}
            />
          </div>
          <Button type="submit" busy={busy !== null} icon={<LinkIcon aria-hidden size={18} />}>
            {t("people.makeLink")}
          </Button>
        </fetcher.Form>
      </CardBody>
    </>
  );
}

function InvitationRow({ invitation: { id, role, expiresAt }, url, posted }: { invitation: OpenInvitation; url: string | null; posted: FormFailure | undefined }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy } = useFamilyForm(posted, ({ intent, values }) => intent === "invitation-revoke" && values["invitationId"] === id);
  return (
    <li data-invitation={id} className="flex flex-col gap-3 px-4 py-3">
      {failure && <FormError failure={failure} />}
      <div className="flex flex-wrap items-center justify-between gap-3">
        <p>
          <span className="font-medium">{t(`people.linkFor.${role}`)}</span>
          <span className="block text-sm text-ink-soft">{t("people.goodUntil", { when: format.dateTime(expiresAt) })}</span>
        </p>
        <fetcher.Form method="post" action={PAGE} preventScrollReset>
          <input type="hidden" name="invitationId" value={id} />
          <Button type="submit" variant="secondary" size="sm" name="intent" value="invitation-revoke" busy={busy !== null}>
            {t("people.takeBack")}
          </Button>
        </fetcher.Form>
      </div>
      {url !== null && <CopyField label={t("people.link")} name="link" hint={t("people.linkHint")} value={url} />}
    </li>
  );
}
