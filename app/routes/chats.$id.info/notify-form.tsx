import { useFetcher } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { SelectField } from "#app/components/field.tsx";
import type { NotifyLevel } from "#app/domain/conversations/conversation.ts";

interface NotifyFormProps {
  conversationId: string;
  /** Null: the person's own level counts. */
  level: NotifyLevel | null;
}

/** What one is notified of from this chat. Saved at once; without JavaScript by its button. */
export function NotifyForm({ conversationId, level }: NotifyFormProps) {
  const { t } = useTranslation();
  const fetcher = useFetcher();
  const chosen = String(fetcher.formData?.get("level") ?? level ?? "");
  return (
    <fetcher.Form method="post" action={`/chats/${conversationId}`} className="flex flex-col gap-3">
      <input type="hidden" name="intent" value="notify" />
      <SelectField
        label={t("chats.notify.label")}
        name="level"
        value={chosen}
        onChange={(event) => event.currentTarget.form && fetcher.submit(event.currentTarget.form)}
        options={[
          { value: "", label: t("chats.notify.default") },
          { value: "all", label: t("chats.notify.all") },
          { value: "mentions", label: t("chats.notify.mentions") },
          { value: "none", label: t("chats.notify.none") },
        ]}
      />
      <noscript>
        <Button type="submit" variant="secondary" size="sm">
          {t("settings.save")}
        </Button>
      </noscript>
    </fetcher.Form>
  );
}
