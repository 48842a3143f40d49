import { Form } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { FieldError } from "#app/components/field-error.tsx";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";

interface EditFormProps {
  /** The chat's path. */
  chat: string;
  messageId: string;
  body: string;
  error?: string | undefined;
}

/** Changes the text of one's own message: a plain form. */
export function EditForm({ chat, messageId, body, error }: EditFormProps) {
  const { t } = useTranslation();
  return (
    <Form method="post" action={chat} reloadDocument className="flex flex-col items-stretch gap-3">
      <input type="hidden" name="intent" value="edit" />
      <input type="hidden" name="messageId" value={messageId} />
      <textarea
        aria-label={t("messageActions.editLabel")}
        name="body"
        dir="auto"
        rows={3}
        required
        maxLength={MAX_BODY_LENGTH}
        defaultValue={body}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? "edited-error" : undefined}
        className="composer-field"
      />
      <FieldError fieldId="edited" error={error} />
      <div>
        <Button type="submit">{t("messageActions.save")}</Button>
      </div>
    </Form>
  );
}
