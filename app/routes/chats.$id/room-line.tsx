import { useTranslation } from "react-i18next";
import { HereNow } from "#app/components/chat/here-now.tsx";
import type { Member, RoomAccess } from "#app/domain/conversations/conversation.ts";

interface RoomLineProps {
  room: { access: RoomAccess; memberCount: number; presenceChannel: string | null };
  members: readonly Member[] | null;
  viewerId: string;
}

/** Under a room's name: who is here now (a phone has room for little more), how many are in it, whether anybody may come in. */
export function RoomLine({ room, members, viewerId }: RoomLineProps) {
  const { t } = useTranslation();
  return (
    <p className="truncate text-sm text-ink-soft">
      <HereNow channel={room.presenceChannel} members={members} viewerId={viewerId} />
      {t("rooms.members", { count: room.memberCount })}
      {room.access === "closed" && (
        <>
          {" · "}
          {t("rooms.closed")}
        </>
      )}
    </p>
  );
}
