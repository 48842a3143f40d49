import { Link, useLoaderData, useNavigate } from "@remix-run/react";
import { X } from "lucide-react";
import { useEffect, useRef, type ReactNode, type RefObject } from "react";
import { useTranslation } from "react-i18next";
import { ConfirmedForm } from "#app/components/chat/confirmed-form.tsx";
import { ConversationAvatar } from "#app/components/chat/conversation-avatar.tsx";
import { useOpenChat } from "#app/components/chat/open-chat.ts";
import { NameLine } from "#app/components/name-line.tsx";
import { nameOf } from "#app/domain/conversations/conversation.ts";
import { roomPeopleFor } from "#app/domain/rooms/queries.server.ts";
import { peopleSearchSchema } from "#app/domain/rooms/schema.ts";
import { page } from "#app/http/page.server.ts";
import { Invite } from "./invite.tsx";
import { LargeMemberList } from "./large-member-list.tsx";
import { MemberList, ownFirst } from "./member-list.tsx";
import { JumpForm } from "./jump-form.tsx";
import { NotifyForm } from "./notify-form.tsx";

/** Who may be invited, and who is in a large room; what else is shown the chat beside it knows. A parent route's check protects nothing, so this one checks, too. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, params, url }) => {
  const searched = peopleSearchSchema.parse(Object.fromEntries(url.searchParams));
  const people = await roomPeopleFor(ctx, viewer, params["id"] ?? "", searched);
  return { searched, toInvite: people?.toInvite ?? null, members: people?.members ?? null };
});

/** Beside the chat where there is room, else in its place: members, notifications, the way out. */
export default function ChatInfo() {
  const { t } = useTranslation();
  const loaded = useLoaderData<typeof loader>();
  const { conversation, members, viewerId } = useOpenChat();
  const navigate = useNavigate();
  const panel = useRef<HTMLElement>(null);
  const title = useRef<HTMLHeadingElement>(null);
  const membersTitle = useRef<HTMLHeadingElement>(null);
  /** What had the focus last. */
  const held = useRef<HTMLElement | null>(null);
  const chat = `/chats/${conversation.id}`;

  // Opened by a press: reading begins here. With a page of its own (reload, no script) it begins at the top.
  useEffect(() => {
    if (document.activeElement instanceof HTMLElement && document.activeElement.dataset["infoLink"] !== undefined) title.current?.focus();
  }, []);

  // Who was invited or removed leaves the list, and the button that did it goes along: reading goes on at the members.
  useEffect(() => {
    if (!held.current || held.current.isConnected) return;
    held.current = null;
    if (document.activeElement === document.body) membersTitle.current?.focus();
  });

  useEffect(() => {
    const element = panel.current;
    const hold = ({ target }: FocusEvent) => (held.current = target instanceof HTMLElement ? target : null);
    const keyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || event.defaultPrevented) return;
      navigate(chat);
      document.querySelector<HTMLElement>("[data-info-link]")?.focus();
    };
    element?.addEventListener("focusin", hold);
    element?.addEventListener("keydown", keyDown);
    return () => {
      element?.removeEventListener("focusin", hold);
      element?.removeEventListener("keydown", keyDown);
    };
  }, [chat, navigate]);

  const room = conversation.kind === "room" ? conversation : null;
  const list = { conversationId: conversation.id, viewerId, mayRemove: room?.role === "owner" };
  const inside = new Set(members?.map(({ id }) => id));
  return (
    <aside ref={panel} className="chat-info" aria-labelledby="info-title">
      <header className="chat-header chat-info-header">
        <h2 id="info-title" ref={title} tabIndex={-1} className="min-w-0 flex-1 truncate text-lg font-semibold">
          {room ? t("rooms.about") : t("chats.about")}
        </h2>
        <Link to={chat} preventScrollReset className="inline-flex size-target flex-none items-center justify-center rounded-md text-ink-soft transition-colors hover:bg-sunken hover:text-ink" aria-label={t("common.close")} title={t("common.close")}>
          <X aria-hidden size={20} />
        </Link>
      </header>
      <div className="chat-info-body">
        <div className="flex flex-col items-center gap-3 text-center">
          <ConversationAvatar conversation={conversation} size="lg" />
          <div className="min-w-0 max-w-full">
            <p className="text-lg font-semibold">
              <NameLine className="justify-center">{nameOf(conversation)}</NameLine>
            </p>
            {room && <p className="text-sm text-ink-soft">{room.access === "open" ? t("rooms.accessOpenHint") : t("rooms.accessClosedHint")}</p>}
          </div>
        </div>
        <JumpForm chat={chat} />
        <NotifyForm conversationId={conversation.id} level={conversation.notifyLevel} />
        {room && (
          <>
            <Section title={t("rooms.members", { count: room.memberCount })} heading={membersTitle}>
              {members ? <MemberList {...list} members={ownFirst(members, viewerId)} /> : <LargeMemberList key={room.id} {...list} loaded={loaded} />}
            </Section>
            <Section title={t("rooms.inviteTitle")}>
              <Invite key={room.id} conversationId={room.id} loaded={loaded} inside={inside} />
            </Section>
            <ConfirmedForm
              action={chat}
              fields={{ intent: "leave" }}
              variant="secondary"
              label={t("rooms.leave")}
              question={room.access === "open" ? t("rooms.leaveOpenQuestion") : t("rooms.leaveClosedQuestion")}
              confirm={t("rooms.leaveConfirm")}
              leads
            />
          </>
        )}
      </div>
    </aside>
  );
}

function Section({ title, heading, children }: { title: string; heading?: RefObject<HTMLHeadingElement>; children: ReactNode }) {
  return (
    <section aria-label={title}>
      <h3 ref={heading} tabIndex={-1} className="mb-2 text-sm font-semibold text-ink-soft">{title}</h3>
      {children}
    </section>
  );
}
