import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { useActionData, useLoaderData, useLocation, useNavigation, useOutlet, useRevalidator } from "@remix-run/react";
import { useEffect, useMemo, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Announcer } from "#app/components/chat/announcer.tsx";
import { Composer } from "#app/components/chat/composer.tsx";
import type { OpenChatContext } from "#app/components/chat/open-chat.ts";
import { readersOfNewest } from "#app/components/chat/readers.ts";
import { FormError, failureOf } from "#app/components/form-error.tsx";
import { RouteError } from "#app/components/route-error.tsx";
import { StatusLine } from "#app/components/presence/status-line.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { userChannel } from "#app/domain/channels.ts";
import { EnterSends } from "#app/components/chat/enter-key.ts";
import { EditForm } from "#app/components/chat/edit-form.tsx";
import { useMessageActions } from "#app/components/chat/message-actions.ts";
import { namesIn } from "#app/components/chat/names.ts";
import { MessageList } from "#app/components/chat/message-list.tsx";
import { TypingLine } from "#app/components/chat/typing-line.tsx";
import { useShownMessages } from "#app/components/chat/shown-messages.ts";
import { enterSendsOf } from "#app/domain/accounts/queries.server.ts";
import { deleteMessage, editMessage, markRead, react, sendMessage } from "#app/domain/conversations/commands.server.ts";
import { takeAttachments } from "#app/domain/images/commands.server.ts";
import { MAX_ATTACHMENTS, MAX_FILE_BYTES } from "#app/domain/images/limits.ts";
import { deleteSchema, editSchema, reactSchema, readSchema, requireContent, sendFormSchema } from "#app/domain/conversations/schema.ts";
import { nameOf } from "#app/domain/conversations/conversation.ts";
import { newId } from "#app/domain/ids.ts";
import { setNotifyLevel } from "#app/domain/notifications/commands.server.ts";
import { notifySchema } from "#app/domain/notifications/schema.ts";
import { inviteToRoom, leaveRoom, removeMember } from "#app/domain/rooms/commands.server.ts";
import { inviteSchema, leaveSchema, removeMemberSchema } from "#app/domain/rooms/schema.ts";
import { ROOM_LIMIT, SEND_LIMIT } from "#app/http/limits.server.ts";
import { form, intent } from "#app/http/mutation.server.ts";
import { page } from "#app/http/page.server.ts";
import { keepDraft, readDraft } from "#app/realtime/drafts.ts";
import { postRead } from "#app/realtime/post-read.ts";
import { useConnectionState, useLive, useLiveEvents } from "#app/realtime/live.tsx";
import { reduceMembership } from "#app/realtime/reducers/membership.ts";
import { reduceMessages, reducePastMessages, type MessagesState } from "#app/realtime/reducers/messages.ts";
import { useSendQueue } from "#app/realtime/use-send-queue.ts";
import { useTyping } from "#app/realtime/use-typing.ts";
import { openingOf } from "./opening.ts";
import { LaterMessages } from "./later-messages.tsx";
import { EarlierMessages } from "./earlier-messages.tsx";
import { openConversation } from "#app/domain/conversations/open-conversation.server.ts";
import { ChatHeader } from "./chat-header.tsx";
import { NoScriptChat } from "./no-script-chat.tsx";
import { Removed } from "./removed.tsx";
import { RoomLine } from "./room-line.tsx";
import { typingTarget } from "./typing-target.ts";
import { useEarlier } from "./use-earlier.ts";

export const loader = page({ access: "member" }, async ({ ctx, viewer, params, url, locale }) => ({
  ...(await openConversation(ctx, viewer, params["id"] ?? "", url.searchParams.get("before"), { at: url.searchParams.get("at"), on: url.searchParams.get("on"), timeZone: locale.timeZone })),
  viewer: { id: viewer.userId, name: viewer.name, hue: viewer.hue },
  enterSends: await enterSendsOf(ctx, viewer),
  clientId: newId(),
}));

export const action = form({
  access: "member",
  files: { maxBytes: MAX_FILE_BYTES, maxFiles: MAX_ATTACHMENTS },
  intents: {
    send: intent({
      schema: sendFormSchema,
      limit: SEND_LIMIT,
      run: async ({ ctx, viewer, params, input, files, state, request }) => {
        const conversationId = params["id"] ?? "";
        const attached = await takeAttachments(ctx, viewer, { conversationId, clientId: input.clientId }, files, { storage: state.services.storage, signal: request.signal });
        await sendMessage(ctx, viewer, requireContent({ ...input, conversationId, imageIds: [...input.imageIds, ...attached.imageIds], fileIds: [...input.fileIds, ...attached.fileIds] }));
        return { redirect: `/chats/${params["id"]}#compose` };
      },
    }),
    edit: intent({
      schema: editSchema,
      limit: SEND_LIMIT,
      run: async ({ ctx, viewer, params, input }) => {
        await editMessage(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}` };
      },
    }),
    delete: intent({
      schema: deleteSchema,
      run: async ({ ctx, viewer, params, input }) => {
        await deleteMessage(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}` };
      },
    }),
    react: intent({
      schema: reactSchema,
      limit: SEND_LIMIT,
      run: async ({ ctx, viewer, params, input }) => {
        await react(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}` };
      },
    }),
    read: intent({
      schema: readSchema,
      run: async ({ ctx, viewer, params, input }) => {
        await markRead(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}` };
      },
    }),
    invite: intent({
      schema: inviteSchema,
      limit: ROOM_LIMIT,
      run: async ({ ctx, viewer, params, input }) => {
        await inviteToRoom(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}/info` };
      },
    }),
    "remove-member": intent({
      schema: removeMemberSchema,
      limit: ROOM_LIMIT,
      run: async ({ ctx, viewer, params, input }) => {
        await removeMember(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}/info` };
      },
    }),
    notify: intent({
      schema: notifySchema,
      run: async ({ ctx, viewer, params, input }) => {
        await setNotifyLevel(ctx, viewer, { ...input, conversationId: params["id"] ?? "" });
        return { redirect: `/chats/${params["id"]}/info` };
      },
    }),
    leave: intent({
      schema: leaveSchema,
      limit: ROOM_LIMIT,
      run: async ({ ctx, viewer, params }) => {
        await leaveRoom(ctx, viewer, { conversationId: params["id"] ?? "" });
        return { redirect: "/chats" };
      },
    }),
  },
});

/** On phones a chat has the whole screen; the connection is shown in its own header. */
export const handle: RouteHandle = {
  layout: "fill",
  immersive: true,
  title: (t, data) => {
    const open = data as Awaited<ReturnType<typeof openConversation>> | undefined;
    return open ? nameOf(open.conversation) : t("chats.title");
  },
};

/** Opening and closing what stands beside the chat changes nothing in it; events keep it true. */
export function shouldRevalidate({ currentUrl, nextUrl, currentParams, nextParams, formData, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  const stays = currentParams["id"] === nextParams["id"] && currentUrl.search === nextUrl.search && currentUrl.pathname !== nextUrl.pathname;
  return stays && !formData ? false : defaultShouldRevalidate;
}

export const ErrorBoundary = () => <RouteError />;

const NONE: never[] = [];

export default function Chat() {
  const { id } = useLoaderData<typeof loader>().conversation;
  const { search } = useLocation();
  // Another chat, or another place in it, is another screen: scroll position, what was seen and the half-written text start anew.
  return <OpenChat key={id + search} />;
}

function OpenChat() {
  const { t } = useTranslation();
  const data = useLoaderData<typeof loader>();
  const answer = useActionData<typeof action>();
  const { revalidate } = useRevalidator();
  const { viewer, pageBefore } = data;
  const earlier = useEarlier(data);
  const loaded: MessagesState = { viewerId: viewer.id, messages: earlier.messages, reads: data.reads, conversation: data.conversation, members: data.members };
  const isPast = pageBefore !== null || data.hasNewer;
  const state = useLive({ state: loaded, position: data.position }, isPast ? reducePastMessages : reduceMessages, { fold: [data.conversation.channel, userChannel(viewer.id)], subscribe: [] });
  const { removed, stale } = useLive({ state: { conversationId: data.conversation.id, removed: false, stale: false }, position: data.position }, reduceMembership, { fold: [userChannel(viewer.id)], subscribe: [] });
  // As long as one is in it: whoever was removed is refused, and asks no more.
  useLiveEvents(removed ? NONE : [data.conversation.channel], ignore);
  const { conversation, members } = state;
  const connection = useConnectionState();
  const queue = useSendQueue(conversation.id, state.messages);
  const messages = useShownMessages({ kind: conversation.kind, messages: state.messages, reads: state.reads, pending: isPast ? queue.pending.filter(({ change }) => change) : queue.pending, viewer }, t);
  const readers = useMemo(
    () => (conversation.kind === "room" && members && !isPast ? readersOfNewest(state.messages, state.reads, members, viewer.id) : null),
    [conversation.kind, members, isPast, state.messages, state.reads, viewer.id],
  );
  const names = useMemo(() => namesIn({ conversation, members, messages: state.messages, viewer }), [conversation, members, state.messages, viewer]);
  const people = useMemo(() => (members ?? (conversation.kind === "direct" ? [conversation.other] : [])).filter(({ id }) => id !== viewer.id), [members, conversation, viewer.id]);
  const acting = useMessageActions(queue.change, toComposer);
  const context = useMemo(() => ({ conversationId: conversation.id, viewerId: viewer.id, names, actions: acting.actions }), [conversation.id, viewer.id, names, acting.actions]);
  // As it was when the chat was opened: reading on doesn't move it.
  const [opensAt] = useState(() => openingOf(data));
  const draftRef = useRef("");
  const typing = useTyping(removed ? null : typingTarget(conversation, viewer.id));
  const info = useOutlet({ conversation, members, viewerId: viewer.id } satisfies OpenChatContext);

  // Whoever presses "leave" is on the way out already: being told of it as news would only flash by.
  const leaving = useNavigation().formData?.get("intent") === "leave";

  useEffect(() => {
    if (stale || state.stale) revalidate();
  }, [stale, state.stale, data.position, revalidate]);

  function seen(seq: number) {
    const message = state.messages.find((candidate) => candidate.seq === seq);
    if (message && seq > (state.reads[viewer.id]?.upToSeq ?? 0)) void postRead({ conversationId: conversation.id, upTo: message.id });
  }

  function writing(text: string) {
    draftRef.current = text;
    keepDraft(viewer.id, conversation.id, text);
    typing?.changed(text.trim() === "");
  }

  function editLast() {
    const own = messages.findLast(({ senderId, id, deleted }) => senderId === viewer.id && id !== null && !deleted);
    if (own) acting.actions.edit(own);
  }

  if (removed && !leaving) return <Removed name={nameOf(conversation)} pending={queue.pending} draftRef={draftRef} />;

  const typingName = (userId: string) => (conversation.kind === "direct" ? conversation.other.name : members?.find(({ id }) => id === userId)?.name);
  const failure = failureOf(answer);
  const unsent = failureOf(answer, "send");
  const unsaved = failureOf(answer, "edit");
  const latest = state.messages.findLast((message) => message.senderId !== viewer.id);
  return (
    <EnterSends.Provider value={data.enterSends}>
    <div className="chat-and-info">
      <section className="chat" aria-labelledby="chat-title">
        <ChatHeader conversation={conversation} connection={connection} infoShown={info !== null}>
          {conversation.kind === "room" ? <RoomLine room={conversation} members={members} viewerId={viewer.id} /> : <StatusLine userId={conversation.other.id} />}
        </ChatHeader>
        <MessageList
          label={conversation.kind === "room" ? t("rooms.messagesIn", { name: conversation.name }) : t("chats.messagesWith", { name: nameOf(conversation) })}
          context={context}
          acting={acting}
          viewerId={viewer.id}
          named={conversation.kind === "room"}
          now={data.now}
          messages={messages}
          before={<EarlierMessages conversationId={conversation.id} earlier={earlier} />}
          onRetry={queue.retry}
          onDiscard={queue.discard}
          onSeen={seen}
          onLeave={toComposer}
          opensAt={opensAt}
          after={isPast && <LaterMessages conversationId={conversation.id} last={data.hasNewer ? (state.messages.at(-1)?.id ?? null) : null} />}
          readers={readers}
        />
        <Announcer messages={messages} viewerId={viewer.id} />
        <NoScriptChat conversationId={conversation.id} unreadUpTo={latest && latest.seq > (state.reads[viewer.id]?.upToSeq ?? 0) ? latest.id : null} past={isPast} />
        {failure && !unsent && (
          <div className="px-4 py-2">
            <FormError failure={failure} />
          </div>
        )}
        {unsaved && (
          <div className="px-4 py-2">
            <EditForm chat={`/chats/${conversation.id}`} messageId={unsaved.values["messageId"] ?? ""} body={unsaved.values["body"] ?? ""} error={unsaved.errors["body"]} />
          </div>
        )}
        <TypingLine typing={typing} nameOf={typingName} />
        <Composer
          conversationId={conversation.id}
          clientId={unsent?.values["clientId"] ?? data.clientId}
          defaultBody={unsent?.values["body"]}
          error={unsent && (unsent.errors["body"] ?? unsent.error.message)}
          onSend={queue.send}
          onWriting={writing}
          readDraft={() => (draftRef.current = readDraft(viewer.id, conversation.id))}
          onEditLast={editLast}
          people={people}
        />
      </section>
      {info}
    </div>
    </EnterSends.Provider>
  );
}

const ignore = () => {};
const toComposer = () => document.getElementById("body")?.focus();
