import { Form } from "@remix-run/react";
import { CalendarSearch } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";

/** To what was said on some day. A plain form: the place has an address. */
export function JumpForm({ chat }: { chat: string }) {
  const { t } = useTranslation();
  return (
    <Form method="get" action={chat} className="flex items-end gap-2">
      <div className="min-w-0 flex-1">
        <TextField type="date" name="on" label={t("chats.jump")} required />
      </div>
      <Button type="submit" variant="secondary" aria-label={t("chats.jumpGo")} icon={<CalendarSearch aria-hidden size={18} />} />
    </Form>
  );
}
