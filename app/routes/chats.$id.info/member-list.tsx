import { useTranslation } from "react-i18next";
import { Badge } from "#app/components/badge.tsx";
import { ConfirmedForm } from "#app/components/chat/confirmed-form.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { PresentAvatar } from "#app/components/presence/present-avatar.tsx";
import type { Member } from "#app/domain/conversations/conversation.ts";

export interface MemberListProps {
  conversationId: string;
  members: readonly Member[];
  viewerId: string;
  /** Whether the viewer may remove others. */
  mayRemove: boolean;
}

/** Who is in the room, in the order given. */
export function MemberList({ conversationId, members, viewerId, mayRemove }: MemberListProps) {
  const { t } = useTranslation();
  return (
    <ul className="flex flex-col">
      {members.map(({ id, name, hue, avatar, role }) => (
        <li key={id} className="member-row" data-member={id}>
          <PresentAvatar id={id} name={name} hue={hue} avatar={avatar} size="sm" />
          <span className="flex min-w-0 flex-1 items-center gap-2">
            <bdi className="truncate font-medium">{name}</bdi>
            {id === viewerId && <span className="flex-none text-sm text-ink-soft">{t("rooms.you")}</span>}
            {role === "owner" && <Badge>{t("rooms.owner")}</Badge>}
          </span>
          {mayRemove && id !== viewerId && (
            <ConfirmedForm
              action={`/chats/${conversationId}`}
              fields={{ intent: "remove-member", userId: id }}
              size="sm"
              label={t("rooms.remove")}
              name={t("rooms.removeNamed", { name })}
              question={isolatedNames([name], ([place]) => t("rooms.removeQuestion", { name: place }))}
              confirm={t("rooms.removeConfirm")}
            />
          )}
        </li>
      ))}
    </ul>
  );
}

/** Oneself first, then by name. */
export const ownFirst = (members: readonly Member[], viewerId: string): Member[] => members.toSorted((a, b) => Number(b.id === viewerId) - Number(a.id === viewerId) || byName(a, b));

/** Not by the language's own order: that differs between the server's and the browser's tables. */
const byName = (a: Member, b: Member) => (a.name < b.name ? -1 : Number(a.name > b.name));
