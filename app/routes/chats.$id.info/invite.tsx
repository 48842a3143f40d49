import { useFetcher } from "@remix-run/react";
import { UserPlus } from "lucide-react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Button } from "#app/components/button.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import type { Person } from "#app/domain/conversations/conversation.ts";
import { PeopleSearch } from "./people-search.tsx";
import type { loader } from "./route.tsx";

interface InviteProps {
  conversationId: string;
  loaded: Awaited<ReturnType<typeof loader>>;
  /** Who has come in meanwhile. */
  inside: ReadonlySet<string>;
}

/** People of the household who are not in the room: one press brings them in. Where they are many, a search finds one. */
export function Invite({ conversationId, loaded: first, inside }: InviteProps) {
  const { t } = useTranslation();
  const fetcher = useFetcher<typeof loader>();
  const { searched, toInvite } = fetcher.data ?? first;
  const { load } = fetcher;
  const { find } = searched;
  const before = useRef(inside.size);
  // Whoever has left may be invited again, and is in no list that was loaded before. One who was removed here, too: where the
  // news is faster than the answer, the form is gone by then, and with it the load that would follow.
  useEffect(() => {
    if (inside.size < before.current) load(`/chats/${conversationId}/info?${new URLSearchParams({ find })}`);
    before.current = inside.size;
  }, [inside.size, load, conversationId, find]);
  if (!toInvite || !first.toInvite) return null;
  const people = toInvite.people.filter(({ id }) => !inside.has(id));
  const isMany = first.toInvite.hasMore || first.searched.find !== "";
  const isSearch = searched.find !== "";
  return (
    <>
      {isMany && <PeopleSearch id="find-person" fetcher={fetcher} action={`/chats/${conversationId}/info`} name="find" label={t("rooms.findPerson")} value={first.searched.find} answered={searched.find} />}
      {people.length > 0 ? (
        <ul className="flex flex-col">
          {people.map((person) => (
            <InviteRow key={person.id} conversationId={conversationId} person={person} />
          ))}
        </ul>
      ) : (
        <p className="text-sm text-ink-soft">{t(isSearch ? "rooms.nobodyFound" : "rooms.nobodyToInvite")}</p>
      )}
      <p role="status" className={isSearch ? "sr-only" : "mt-2 text-sm text-ink-soft"}>
        {isSearch ? t("rooms.found", { count: people.length }) : toInvite.hasMore && t("rooms.firstPeople", { count: people.length })}
      </p>
    </>
  );
}

function InviteRow({ conversationId, person: { id, name, hue, avatar } }: { conversationId: string; person: Person }) {
  const { t } = useTranslation();
  const fetcher = useFetcher();
  return (
    <li>
      <fetcher.Form method="post" action={`/chats/${conversationId}`} className="member-row">
        <input type="hidden" name="intent" value="invite" />
        <Avatar name={name} hue={hue} avatar={avatar} size="sm" />
        <NameLine className="flex-1 font-medium">{name}</NameLine>
        <Button
          type="submit"
          variant="secondary"
          size="sm"
          name="userId"
          value={id}
          busy={fetcher.state !== "idle"}
          aria-label={t("rooms.inviteNamed", { name })}
          icon={<UserPlus aria-hidden size={16} />}
        >
          {t("rooms.invite")}
        </Button>
      </fetcher.Form>
    </li>
  );
}
