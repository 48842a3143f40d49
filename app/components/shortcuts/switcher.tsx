import { useFetcher, useNavigate, useSubmit } from "@remix-run/react";
import { Search } from "lucide-react";
import { useEffect, useId, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { RoomAvatar } from "#app/components/chat/room-avatar.tsx";
import { Dialog } from "#app/components/dialog.tsx";
import { PLACES } from "#app/components/navigation.tsx";
import { nameOf, type ConversationSummary, type Person } from "#app/domain/conversations/conversation.ts";
import { fuzzyFound } from "./fuzzy.ts";

interface Loaded {
  conversations: ConversationSummary[];
  people: Person[];
}

type Target = { key: string; name: string } & ({ kind: "chat"; conversation: ConversationSummary } | { kind: "person"; person: Person } | { kind: "place"; to: string; icon: (typeof PLACES)[number]["icon"] } | { kind: "search"; to: string });

const MOST_SHOWN = 8;

/** Goes anywhere by a few letters of its name. */
export function Switcher({ onClose, onHelp }: { onClose: () => void; onHelp: () => void }) {
  const { t } = useTranslation();
  const navigate = useNavigate();
  const submit = useSubmit();
  const fetcher = useFetcher<Loaded>();
  const { load } = fetcher;
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  const [wanted, setWanted] = useState("");
  const [chosen, setChosen] = useState(0);

  useEffect(() => {
    load("/chats");
    field.current?.focus();
  }, [load]);

  const targets = useMemo((): Target[] => {
    const { conversations = [], people = [] } = fetcher.data ?? {};
    const known = new Set(conversations.flatMap((conversation) => (conversation.kind === "direct" ? [conversation.other.id] : [])));
    const all: Target[] = [
      ...conversations.map((conversation): Target => ({ kind: "chat", key: conversation.id, name: nameOf(conversation), conversation })),
      ...people.filter(({ id }) => !known.has(id)).map((person): Target => ({ kind: "person", key: person.id, name: person.name, person })),
      ...PLACES.filter(({ isAdmins }) => !isAdmins).map(({ to, key, icon }): Target => ({ kind: "place", key: to, name: t(key), to, icon })),
    ];
    const found = fuzzyFound(all, ({ name }) => name, wanted).slice(0, MOST_SHOWN);
    return wanted.trim() === "" ? found : [...found, { kind: "search", key: "search", name: t("shortcuts.searchFor", { text: wanted.trim() }), to: `/search?${new URLSearchParams({ q: wanted.trim() })}` }];
  }, [fetcher.data, wanted, t]);

  function go(target: Target | undefined) {
    if (!target) return;
    onClose();
    if (target.kind === "chat") navigate(`/chats/${target.conversation.id}`);
    else if (target.kind === "person") submit({ intent: "open-direct", userId: target.person.id }, { method: "post", action: "/chats" });
    else navigate(target.to);
  }

  function keyDown(event: KeyboardEvent) {
    const { key } = event;
    if (event.nativeEvent.isComposing || targets.length === 0) return;
    if (key === "ArrowDown") setChosen((chosen + 1) % targets.length);
    else if (key === "ArrowUp") setChosen((chosen + targets.length - 1) % targets.length);
    else if (key === "Enter") go(targets[chosen]);
    else return;
    event.preventDefault();
  }

  return (
    <Dialog open onClose={onClose} title={t("shortcuts.switchTitle")}>
      <input
        ref={field}
        type="text"
        role="combobox"
        aria-label={t("shortcuts.switchLabel")}
        aria-expanded="true"
        aria-controls={list}
        aria-activedescendant={targets.length > 0 ? `${list}-${chosen}` : undefined}
        aria-autocomplete="list"
        autoComplete="off"
        dir="auto"
        value={wanted}
        onChange={({ currentTarget }) => {
          setWanted(currentTarget.value);
          setChosen(0);
        }}
        onKeyDown={keyDown}
        className="composer-field w-full"
      />
      <div id={list} role="listbox" aria-label={t("shortcuts.switchTitle")} className="mt-2 flex max-h-[50dvh] flex-col overflow-y-auto" data-switcher>
        {targets.map((target, index) => (
          // The field keeps the focus; by the keyboard the list is worked from there.
          <div key={target.key} id={`${list}-${index}`} role="option" tabIndex={-1} aria-selected={index === chosen} className="switch-option" onPointerDown={(event) => event.preventDefault()} onPointerUp={() => go(target)}>
            <TargetIcon target={target} />
            <bdi className="truncate">{target.name}</bdi>
          </div>
        ))}
      </div>
      <button type="button" onClick={onHelp} className="mt-2 min-h-target text-sm text-ink-soft underline underline-offset-4">
        {t("shortcuts.title")}
      </button>
    </Dialog>
  );
}

function TargetIcon({ target }: { target: Target }) {
  if (target.kind === "person") return <Avatar name={target.person.name} hue={target.person.hue} avatar={target.person.avatar} size="sm" />;
  if (target.kind === "place") return <target.icon aria-hidden size={20} className="mx-1.5 flex-none" />;
  if (target.kind === "search") return <Search aria-hidden size={20} className="mx-1.5 flex-none" />;
  const { conversation } = target;
  return conversation.kind === "room" ? <RoomAvatar name={conversation.name} size="sm" /> : <Avatar name={conversation.other.name} hue={conversation.other.hue} avatar={conversation.other.avatar} size="sm" />;
}
