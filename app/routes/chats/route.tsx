import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { Link, Outlet, useActionData, useLoaderData, useMatches, useRevalidator } from "@remix-run/react";
import { Plus, Search } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { ConversationList } from "#app/components/chat/conversation-list.tsx";
import { NewRoomPane } from "#app/components/chat/new-room-pane.tsx";
import { NotificationHint } from "#app/components/notifications/notification-hint.tsx";
import { LoadedStatuses } from "#app/components/presence/loaded-statuses.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { EmptyState } from "#app/components/empty-state.tsx";
import { FormError, failureOf } from "#app/components/form-error.tsx";
import { openDirect } from "#app/domain/conversations/commands.server.ts";
import { openDirectSchema } from "#app/domain/conversations/schema.ts";
import { createRoom, joinRoom } from "#app/domain/rooms/commands.server.ts";
import { createRoomSchema, joinSchema } from "#app/domain/rooms/schema.ts";
import { ROOM_LIMIT } from "#app/http/limits.server.ts";
import { form, intent } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";
import { useLive } from "#app/realtime/live.tsx";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import { loadChats } from "./load-chats.server.ts";
import { OpenRooms } from "./open-rooms.tsx";
import { PeopleToChatWith } from "./people.tsx";

export const loader = page({ access: "member" }, ({ ctx, viewer }) => loadChats(ctx, viewer));

export const action = form({
  access: "member",
  intents: {
    "open-direct": intent({
      schema: openDirectSchema,
      run: async ({ ctx, viewer, input }) => ({ redirect: `/chats/${(await openDirect(ctx, viewer, input)).conversationId}` }),
    }),
    "create-room": intent({
      schema: createRoomSchema,
      limit: ROOM_LIMIT,
      run: async ({ ctx, viewer, input }) => ({ redirect: `/chats/${(await createRoom(ctx, viewer, input)).conversationId}` }),
    }),
    join: intent({
      schema: joinSchema,
      limit: ROOM_LIMIT,
      run: async ({ ctx, viewer, input }) => {
        await joinRoom(ctx, viewer, input);
        return { redirect: `/chats/${input.conversationId}` };
      },
    }),
  },
});

export const handle: RouteHandle = { layout: "fill", title: (t) => t("chats.title") };

/** Moving between chats changes nothing here: events keep the list true. */
export function shouldRevalidate({ currentUrl, nextUrl, formData, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return currentUrl.href === nextUrl.href || formData ? defaultShouldRevalidate : false;
}

export default function Chats() {
  const { t } = useTranslation();
  const data = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const { revalidate } = useRevalidator();
  const state = useLive({ state: { viewerId: data.viewerId, conversations: data.conversations, stale: false }, position: data.position }, reduceChatList, { fold: "all" });
  const roomRefused = failureOf(answer, "create-room");
  const refused = failureOf(answer);
  // On phones what is chosen stands in the place of the list; a refused form counts as chosen.
  const open = useMatches().some(({ id }) => PANES.has(id)) || roomRefused !== undefined;

  useEffect(() => {
    if (state.stale) revalidate();
    // A load may be stale again by the time it is here: each one is looked at.
  }, [state.stale, data.position, revalidate]);

  const known = new Set(state.conversations.map((conversation) => (conversation.kind === "direct" ? conversation.other.id : conversation.id)));
  // Beside an open chat, the chat is what the page is about.
  const Heading = open ? "h2" : "h1";
  return (
    <LoadedStatuses statuses={data.statuses}>
      <div className="chats-layout">
        <section className={`chats-list ${open ? "max-lg:hidden" : ""}`} aria-labelledby="chats-title">
          <div className="flex items-center justify-between gap-2 ps-3 pb-2">
            <Heading id="chats-title" className="text-xl">
              {t("chats.title")}
            </Heading>
            <Link to="/search" aria-label={t("search.title")} title={t("search.title")} className="ms-auto inline-flex size-target flex-none items-center justify-center rounded-md text-ink-soft transition-colors hover:bg-sunken hover:text-ink">
              <Search aria-hidden size={20} />
            </Link>
            <LinkButton to="/chats/new" variant="ghost" size="sm" icon={<Plus aria-hidden size={18} />}>
              {t("rooms.new")}
            </LinkButton>
          </div>
          {refused && !roomRefused && <FormError failure={refused} />}
          {state.conversations.length > 0 ? (
            <ConversationList conversations={state.conversations} viewerId={data.viewerId} now={data.now} />
          ) : (
            <EmptyState drawing="chats" title={t("chats.empty.title")} text={t("chats.empty.text")} />
          )}
          <OpenRooms rooms={data.openRooms.filter(({ id }) => !known.has(id))} />
          <PeopleToChatWith people={data.people.filter(({ id }) => !known.has(id))} />
          {!open && <NotificationHint />}
        </section>
        <div className={`chats-detail ${open ? "" : "max-lg:hidden"}`}>{roomRefused ? <NewRoomPane formKey={data.formKey} failure={roomRefused} /> : <Outlet context={{ formKey: data.formKey }} />}</div>
      </div>
    </LoadedStatuses>
  );
}

/** What stands beside the list. */
const PANES = new Set(["routes/chats.$id", "routes/chats.new"]);
