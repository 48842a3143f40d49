import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { RoomAvatar } from "#app/components/chat/room-avatar.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import type { OpenRoom } from "#app/domain/conversations/conversation.ts";

/** Rooms that anybody may join and the viewer is not in: one press joins and opens. */
export function OpenRooms({ rooms }: { rooms: readonly OpenRoom[] }) {
  const { t } = useTranslation();
  const joining = useNavigation().formData?.get("conversationId");
  if (rooms.length === 0) return null;
  return (
    <section aria-labelledby="rooms-title" className="mt-6">
      <h2 id="rooms-title" className="px-3 text-sm font-semibold text-ink-soft">
        {t("rooms.open")}
      </h2>
      <ul className="mt-1 flex flex-col gap-0.5">
        {rooms.map(({ id, name, memberCount }) => (
          <li key={id}>
            <Form method="post" action="/chats" className="flex items-center gap-3 px-3 py-2">
              <input type="hidden" name="intent" value="join" />
              <RoomAvatar name={name} />
              <span className="min-w-0 flex-1">
                <NameLine className="font-semibold">{name}</NameLine>
                <span className="block text-sm text-ink-soft">{t("rooms.members", { count: memberCount })}</span>
              </span>
              <Button type="submit" variant="secondary" size="sm" name="conversationId" value={id} busy={joining === id} aria-label={t("rooms.joinNamed", { name })}>
                {t("rooms.join")}
              </Button>
            </Form>
          </li>
        ))}
      </ul>
    </section>
  );
}
