import { SendHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import { Avatar } from "#app/components/avatar.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import { sends, useEnterSends } from "./enter-key.ts";
import { mentioned, mentioning, type Mentionable, type Mentioning } from "./mention-suggestions.ts";

interface ComposerProps {
  /** For browsers without JavaScript: makes a form sent twice one message. */
  clientId: string;
  defaultBody?: string | undefined;
  error?: string | undefined;
  onSend: (body: string) => void;
  /** After each change of the text: what stands in the field now. */
  onWriting: (text: string) => void;
  /** What was half-written here before, read once the page is alive. */
  readDraft: () => string;
  /** The up key in an empty field: to one's last message. */
  onEditLast: () => void;
  /** Whom one may mention. */
  people: readonly Mentionable[];
}

/** Where a message is written. A plain form first; with JavaScript it sends without leaving the page. */
export function Composer({ clientId, defaultBody, error, onSend, onWriting, readDraft, onEditLast, people }: ComposerProps) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  const enterSends = useEnterSends();
  const [suggested, setSuggested] = useState<Mentioning | null>(null);
  const [chosen, setChosen] = useState(0);
  const list = useId();
  const draft = useRef(readDraft);

  useEffect(() => {
    const element = field.current!;
    if (element.value !== "") return;
    element.value = draft.current();
  }, []);

  function suggest() {
    const { value, selectionStart } = field.current!;
    setSuggested(mentioning(value, selectionStart, people));
    setChosen(0);
  }

  function mention(person: Mentionable) {
    const element = field.current!;
    const { text, caret } = mentioned(element.value, suggested!, person);
    element.value = text;
    element.setSelectionRange(caret, caret);
    element.focus();
    setSuggested(null);
    onWriting(text);
  }

  /** @returns whether the key was one of the list's */
  function choose({ key, shiftKey }: KeyboardEvent, { people: found }: Mentioning): boolean {
    if (key === "ArrowDown") setChosen((chosen + 1) % found.length);
    else if (key === "ArrowUp") setChosen((chosen + found.length - 1) % found.length);
    else if ((key === "Enter" || key === "Tab") && !shiftKey) mention(found[chosen]!);
    else if (key === "Escape") setSuggested(null);
    else return false;
    return true;
  }

  function submit(event: FormEvent) {
    event.preventDefault();
    const body = field.current!.value;
    if (body.trim() === "") return;
    onSend(body);
    form.current!.reset();
    // Not to what a refused form had left in it.
    field.current!.value = "";
    setSuggested(null);
    onWriting("");
    field.current!.focus();
  }

  function keyDown(event: KeyboardEvent) {
    if (event.nativeEvent.isComposing) return;
    if (suggested && choose(event, suggested)) return event.preventDefault();
    if (event.key === "ArrowUp" && field.current!.value === "") {
      event.preventDefault();
      onEditLast();
    }
    if (!sends(event.nativeEvent, enterSends)) return;
    event.preventDefault();
    form.current!.requestSubmit();
  }

  return (
    <form ref={form} method="post" onSubmit={submit} className="composer" id="compose">
      <input type="hidden" name="intent" value="send" />
      <input type="hidden" name="clientId" value={clientId} />
      <label htmlFor="body" className="sr-only">
        {t("chats.compose.label")}
      </label>
      {suggested && (
        <div id={list} role="listbox" aria-label={t("messageActions.mentions")} className="mention-list">
          {suggested.people.map((person, index) => (
            // The field keeps the focus; by the keyboard the list is worked from there.
            <div
              key={person.id}
              id={`${list}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              className="mention-option"
              onPointerDown={(event) => {
                event.preventDefault();
                mention(person);
              }}
            >
              <Avatar name={person.name} hue={person.hue} size="xs" />
              <bdi className="truncate">{person.name}</bdi>
            </div>
          ))}
        </div>
      )}
      <div className="flex items-end gap-2">
        <textarea
          ref={field}
          id="body"
          name="body"
          rows={1}
          dir="auto"
          required
          maxLength={MAX_BODY_LENGTH}
          defaultValue={defaultBody}
          placeholder={t("chats.compose.placeholder")}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? "body-error" : undefined}
          aria-autocomplete="list"
          aria-controls={suggested ? list : undefined}
          aria-activedescendant={suggested ? `${list}-${chosen}` : undefined}
          onInput={({ currentTarget }) => {
            onWriting(currentTarget.value);
            suggest();
          }}
          onBlur={() => setSuggested(null)}
          onKeyDown={keyDown}
          className="composer-field"
        />
        <IconButton type="submit" variant="primary" label={t("chats.compose.send")} icon={<SendHorizontal aria-hidden size={20} strokeWidth={1.5} className="along-text" />} />
      </div>
      {error && (
        <p id="body-error" className="mt-1 text-xs text-bad">
          {error}
        </p>
      )}
    </form>
  );
}
