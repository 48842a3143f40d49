import { Form, useNavigation } from "@remix-run/react";
import { Tablet as TabletIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { ConfirmedForm } from "#app/components/chat/confirmed-form.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { SignOutForm } from "#app/components/offline/sign-out-form.tsx";
import { TextLink } from "#app/components/text-link.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { TabletSettings } from "./load-tablets.server.ts";

interface TabletsCardProps {
  settings: TabletSettings;
  failures: { pin: FormFailure | undefined; create: FormFailure | undefined };
}

/** Wall tablets: one's own PIN for them; for parents, which there are, and this device as one more. */
export function TabletsCard({ settings: { tablets, pin }, failures }: TabletsCardProps) {
  const { t } = useTranslation();
  return (
    <SectionCard
      title={t("tablet.settings")}
      text={
        <>
          {t("tablet.settingsText")} <TextLink to="/family/tablet">{t("tablet.look")}</TextLink>
        </>
      }
    >
      {tablets && tablets.length > 0 && <TabletList tablets={tablets} />}
      <CardBody className="flex flex-col gap-6">
        {pin.own && <PinForm isSet={pin.set} failure={failures.pin} />}
        {tablets && <SetUpForm failure={failures.create} />}
      </CardBody>
    </SectionCard>
  );
}

function TabletList({ tablets }: { tablets: NonNullable<TabletSettings["tablets"]> }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <List className="border-b border-line">
      {tablets.map(({ id, name, createdAt }) => (
        <ListRow
          key={id}
          leading={<TabletIcon aria-hidden size={22} className="flex-none text-ink-soft" />}
          title={<bdi>{name}</bdi>}
          text={t("tablet.since", { date: format.date(createdAt) })}
          trailing={<ConfirmedForm action="/settings" fields={{ intent: "tablet-revoke", tabletId: id }} label={t("tablet.revoke")} name={t("tablet.revokeNamed", { name })} size="sm" question={t("tablet.revokeQuestion")} confirm={t("tablet.revokeYes")} />}
        />
      ))}
    </List>
  );
}

function PinForm({ isSet, failure }: { isSet: boolean; failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  const form = useInvalidFocus(failure);
  const busy = useNavigation().formData?.get("intent") === "tablet-pin";
  return (
    <Form ref={form} method="post" className="flex flex-col gap-4">
      {!fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="tablet-pin" />
      <TextField label={isSet ? t("tablet.newOwnPin") : t("tablet.ownPin")} name="pin" hint={t("tablet.ownPinHint")} inputMode="numeric" autoComplete="off" dir="ltr" required maxLength={8} error={failure?.errors["pin"]} />
      <Button type="submit" variant="secondary" busy={busy} className="self-start">
        {t("tablet.setPin")}
      </Button>
    </Form>
  );
}

/** Whoever sets it up is signed out with it, so it asks what signing out asks. */
function SetUpForm({ failure }: { failure: FormFailure | undefined }) {
  const { t } = useTranslation();
  return (
    <SignOutForm action="/settings" className="flex flex-col gap-4 border-t border-line pt-5">
      {!fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="tablet-create" />
      <TextField label={t("tablet.name")} name="name" hint={t("tablet.setUpHint")} required maxLength={60} autoComplete="off" defaultValue={failure?.values["name"] ?? t("tablet.nameExample")} error={failure?.errors["name"]} />
      <Button type="submit" icon={<TabletIcon aria-hidden size={18} />} className="self-start">
        {t("tablet.setUp")}
      </Button>
    </SignOutForm>
  );
}
