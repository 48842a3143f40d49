import { useLoaderData } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { namesIn } from "#app/components/chat/names.ts";
import { MessageItem } from "#app/components/chat/message-item.tsx";
import { readersOfNewest } from "#app/components/chat/readers.ts";
import { shownMessages } from "#app/components/chat/shown-messages.ts";
import { placeMessages } from "#app/components/chat/timeline.ts";
import { page } from "#app/http/page.server.ts";
import { noteSeen } from "#app/http/seen.server.ts";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";

/** How often the feed loads itself anew, in seconds: as often as the app polls. */
const REFRESH_S = 5;

/** The self-refreshing list for browsers without JavaScript; it stands in a frame of the chat's page. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, params, log }) => {
  const { conversation, members, messages, reads, hasOlder, now } = await openConversation(ctx, viewer, params["id"] ?? "", null);
  noteSeen({ ctx, viewer, log });
  return { conversation, members, messages, reads, hasOlder, now, viewer: { id: viewer.userId, name: viewer.name, hue: viewer.hue } };
});

/** No shell around it, no scripts, no live connection: it is only a list. */
export const handle: RouteHandle = { layout: "bare" };

export const headers = () => ({ Refresh: String(REFRESH_S) });

export default function Feed() {
  const { t } = useTranslation();
  const format = useFormat();
  const { conversation, members, messages, reads, hasOlder, now, viewer } = useLoaderData<typeof loader>();
  const shown = shownMessages({ kind: conversation.kind, messages, reads, pending: [], viewer }, t);
  const context = { conversationId: conversation.id, viewerId: viewer.id, names: namesIn({ conversation, members, messages, viewer }) };
  const readers = conversation.kind === "room" && members ? readersOfNewest(messages, reads, members, viewer.id) : null;
  return (
    <div className="feed">
      {/* Laid out from the end: after each refresh the newest is in view. */}
      <div>
        {hasOlder && (
          <p className="py-4 text-center text-sm">
            <a href={`/chats/${conversation.id}?before=${messages[0]?.seq ?? 0}`} target="_top" className="underline underline-offset-4">
              {t("chats.earlier")}
            </a>
          </p>
        )}
        <ol>
          {placeMessages(shown, format.dayKey).map(({ message, newDay, startsGroup, endsGroup }) => (
            <MessageItem
              key={message.key}
              context={context}
              message={message}
              own={message.senderId === viewer.id}
              named={conversation.kind === "room"}
              newDay={newDay}
              startsGroup={startsGroup}
              endsGroup={endsGroup}
              now={now}
              readers={readers?.key === message.key ? readers : null}
            />
          ))}
        </ol>
      </div>
    </div>
  );
}
