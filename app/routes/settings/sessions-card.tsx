import { Form } from "@remix-run/react";
import { Globe, MonitorSmartphone } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { SignOutForm } from "#app/components/offline/sign-out-form.tsx";
import type { SessionInfo } from "#app/domain/accounts/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { deviceName } from "./device-name.ts";

export function SessionsCard({ sessions, now }: { sessions: SessionInfo[]; now: number }) {
  const { t } = useTranslation();
  return (
    <SectionCard title={t("settings.sessions.title")}>
      <List>
        {sessions.map((session) => (
          <SessionRow key={session.id} session={session} now={now} />
        ))}
      </List>
      <CardBody className="flex flex-wrap gap-3 border-t border-line">
        {sessions.length > 1 && (
          <Form method="post">
            <input type="hidden" name="intent" value="end-other-sessions" />
            <Button type="submit" variant="secondary">
              {t("settings.sessions.endOthers")}
            </Button>
          </Form>
        )}
        <SignOutForm action="/settings">
          <input type="hidden" name="intent" value="end-all-sessions" />
          <Button type="submit" variant="danger">
            {t("settings.sessions.endAll")}
          </Button>
        </SignOutForm>
      </CardBody>
    </SectionCard>
  );
}

function SessionRow({ session, now }: { session: SessionInfo; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  const known = deviceName(session.userAgent);
  const device = known ? t("settings.sessions.device", known) : t("settings.sessions.unknownDevice");
  const Icon = known ? MonitorSmartphone : Globe;
  return (
    <ListRow
      leading={<Icon aria-hidden size={22} className="flex-none text-ink-soft" />}
      title={device}
      text={t("settings.sessions.seen", { when: format.relative(session.lastSeenAt, now) })}
      trailing={session.current ? <Badge tone="good">{t("settings.sessions.this")}</Badge> : <EndSession sessionId={session.id} device={device} />}
    />
  );
}

function EndSession({ sessionId, device }: { sessionId: string; device: string }) {
  const { t } = useTranslation();
  return (
    <Form method="post">
      <input type="hidden" name="intent" value="end-session" />
      <input type="hidden" name="sessionId" value={sessionId} />
      <Button type="submit" variant="ghost" size="sm" aria-label={t("settings.sessions.endOf", { device })}>
        {t("settings.sessions.end")}
      </Button>
    </Form>
  );
}
