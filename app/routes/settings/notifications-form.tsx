import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { CheckField } from "#app/components/check-field.tsx";
import { ChoiceField } from "#app/components/choice-field.tsx";
import { PermissionCard } from "#app/components/notifications/permission-card.tsx";
import type { Preferences } from "#app/domain/notifications/notices.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { SettingsForm } from "./settings-form.tsx";

interface NotificationsFormProps {
  preferences: Preferences;
  failure: FormFailure | undefined;
}

/** What one is notified of where a conversation says nothing else, and whether it is heard. */
export function NotificationsForm({ preferences, failure }: NotificationsFormProps) {
  const { t } = useTranslation();
  return (
    <div id="notifications" className="scroll-mt-20 md:scroll-mt-6">
      <SectionCard title={t("settings.notifications.title")} text={t("settings.notifications.text")}>
        <CardBody className="flex flex-col gap-5">
          <PermissionCard />
          <SettingsForm intent="notifications" saved={preferences} failure={failure}>
            <ChoiceField
              legend={t("settings.notifications.level")}
              name="level"
              defaultValue={failure?.values["level"] ?? preferences.level}
              error={failure?.errors["level"]}
              options={[
                { value: "all", label: t("chats.notify.all") },
                { value: "mentions", label: t("chats.notify.mentions"), hint: t("settings.notifications.mentionsHint") },
                { value: "none", label: t("chats.notify.none") },
              ]}
            />
            <CheckField
              label={t("settings.notifications.sound")}
              name="sound"
              hint={t("settings.notifications.soundHint")}
              defaultChecked={failure ? failure.values["sound"] === "on" : preferences.sound}
              error={failure?.errors["sound"]}
            />
          </SettingsForm>
        </CardBody>
      </SectionCard>
    </div>
  );
}
