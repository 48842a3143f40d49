import { CircleSlash, ShieldCheck } from "lucide-react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Badge } from "#app/components/badge.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { TextLink } from "#app/components/text-link.tsx";
import type { UserInfo } from "#app/domain/accounts/users.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { Users } from "./load-users.server.ts";
import { ResetLink, Switch } from "./user-forms.tsx";

interface UserRowProps {
  user: UserInfo;
  isViewer: boolean;
  /** The reset link made just now, if it is for this person. */
  link: Users["link"];
  /** Of the page, with its search: forms come back to it. */
  address: string;
  posted: FormFailure | undefined;
}

/** One account; it opens to what can be done about it. */
export function UserRow({ user, isViewer, link, address, posted }: UserRowProps) {
  const { t } = useTranslation();
  const { id, name, hue, avatar, email, userName } = user;
  const isClosed = email === null && userName === null;
  // Opened for a link it stays open when the link is gone: somebody is at work in it.
  const [isOpen, setOpen] = useState(link !== null || posted?.values["userId"] === id);
  const forms = { userId: id, name, address, posted };
  return (
    <li data-user={id}>
      <details className="family-row" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
        <summary className="flex min-h-16 items-center gap-3 px-4 py-2.5 transition-colors hover:bg-sunken">
          <Avatar name={name} hue={hue} avatar={avatar} size="sm" />
          <span className="min-w-0 flex-1">
            <span className="flex flex-wrap items-center gap-x-2 gap-y-1">
              <bdi className="truncate font-medium">{name}</bdi>
              <Standing user={user} isViewer={isViewer} isClosed={isClosed} />
            </span>
            <span className="block truncate text-sm text-ink-soft">
              <SignsInAs user={user} />
            </span>
          </span>
          <span className="flex-none text-sm font-medium text-accent-ink">{t("adminUsers.change")}</span>
        </summary>
        <div className="flex flex-col gap-5 border-t border-line bg-paper p-4">
          <Facts user={user} />
          {isViewer && (
            <p className="text-sm text-ink-soft">
              {t("adminUsers.ownHint")} <TextLink to="/settings">{t("adminUsers.toSettings")}</TextLink>
            </p>
          )}
          {isClosed && <p className="text-sm text-ink-soft">{t("adminUsers.closedHint")}</p>}
          {userName !== null && <p className="text-sm text-ink-soft">{t("adminUsers.pinHint")}</p>}
          {email !== null && user.disabledAt === null && <ResetLink {...forms} link={link} openUntil={user.resetUntil} />}
          {!isViewer && !isClosed && <Switch {...forms} isOff={user.disabledAt !== null} />}
        </div>
      </details>
    </li>
  );
}

function Standing({ user: { role, disabledAt }, isViewer, isClosed }: Pick<UserRowProps, "user" | "isViewer"> & { isClosed: boolean }) {
  const { t } = useTranslation();
  return (
    <>
      {isViewer && <span className="text-sm text-ink-soft">{t("adminUsers.you")}</span>}
      {role === "admin" && <Badge icon={<ShieldCheck aria-hidden size={14} />}>{t("adminUsers.admin")}</Badge>}
      {disabledAt !== null && (
        <Badge tone="waiting" icon={<CircleSlash aria-hidden size={14} />}>
          {isClosed ? t("adminUsers.closed") : t("adminUsers.off")}
        </Badge>
      )}
    </>
  );
}

function SignsInAs({ user: { email, userName, familyName } }: Pick<UserRowProps, "user">) {
  const { t } = useTranslation();
  if (email !== null) return <bdi dir="ltr">{email}</bdi>;
  if (userName === null) return t("adminUsers.noSignIn");
  return isolatedNames([familyName ?? "", userName], ([family, child]) => t("adminUsers.child", { family, userName: child }));
}

function Facts({ user: { createdAt, disabledAt, sessions } }: Pick<UserRowProps, "user">) {
  const { t } = useTranslation();
  const format = useFormat();
  const facts = [
    [t("adminUsers.joined"), format.date(createdAt)],
    ...(disabledAt === null ? [[t("adminUsers.devices"), format.number(sessions)]] : [[t("adminUsers.offSince"), format.dateTime(disabledAt)]]),
  ];
  return (
    <dl className="flex flex-wrap gap-x-8 gap-y-2 text-sm">
      {facts.map(([name, value]) => (
        <div key={name} className="flex gap-1.5">
          <dt className="text-ink-soft">{name}</dt>
          <dd className="font-medium">{value}</dd>
        </div>
      ))}
    </dl>
  );
}
