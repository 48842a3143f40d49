import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { ChoiceField } from "#app/components/choice-field.tsx";
import { TextField } from "#app/components/field.tsx";
import { FormError, type ShownFailure } from "#app/components/form-error.tsx";
import { fieldsSayItAll, useInvalidFocus } from "#app/components/use-invalid-focus.ts";
import { MAX_ROOM_NAME_LENGTH } from "#app/domain/conversations/limits.ts";

export interface NewRoomFormProps {
  /** Another one after each load: a form sent twice makes one room. */
  formKey: string;
  /** Refused before: with what was typed. */
  failure: (ShownFailure & { values: Record<string, string> }) | undefined;
}

/** A name, and who may come in. */
export function NewRoomForm({ formKey, failure }: NewRoomFormProps) {
  const { t } = useTranslation();
  const form = useInvalidFocus(failure);
  const busy = useNavigation().formData?.get("intent") === "create-room";
  return (
    <Form ref={form} method="post" action="/chats" className="flex flex-col gap-5">
      {!fieldsSayItAll(failure) && <FormError failure={failure} />}
      <input type="hidden" name="intent" value="create-room" />
      <input type="hidden" name="key" value={formKey} />
      <TextField label={t("rooms.name")} name="name" required autoComplete="off" maxLength={MAX_ROOM_NAME_LENGTH} hint={t("rooms.nameHint")} defaultValue={failure?.values["name"]} error={failure?.errors["name"]} />
      <ChoiceField
        legend={t("rooms.access")}
        name="access"
        defaultValue={failure?.values["access"] ?? "open"}
        error={failure?.errors["access"]}
        options={[
          { value: "open", label: t("rooms.accessOpen"), hint: t("rooms.accessOpenHint") },
          { value: "closed", label: t("rooms.accessClosed"), hint: t("rooms.accessClosedHint") },
        ]}
      />
      <Button type="submit" busy={busy} className="self-start">
        {t("rooms.create")}
      </Button>
    </Form>
  );
}
