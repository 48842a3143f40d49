import { Paperclip, SendHorizontal } from "lucide-react";
import { useEffect, useId, useRef, useState, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import { MAX_ATTACHMENTS, MAX_FILE_BYTES } from "#app/domain/images/limits.ts";
import { Avatar } from "#app/components/avatar.tsx";
import { classes } from "#app/components/classes.ts";
import { IconButton } from "#app/components/icon-button.tsx";
import { useGivenFiles } from "#app/components/uploads/use-given-files.ts";
import type { QueuedFile } from "#app/realtime/queue-storage.ts";
import { isPictureType, type Upload } from "#app/realtime/uploads/upload-list.ts";
import { useUploads } from "#app/realtime/uploads/use-uploads.ts";
import { ChosenAttachments } from "./chosen-attachments.tsx";
import { sends, useEnterSends } from "./enter-key.ts";
import { mentioned, mentioning, type Mentionable, type Mentioning } from "./mention-suggestions.ts";

interface ComposerProps {
  conversationId: string;
  /** For browsers without JavaScript: makes a form sent twice one message. */
  clientId: string;
  defaultBody?: string | undefined;
  error?: string | undefined;
  onSend: (body: string, files: readonly QueuedFile[]) => void;
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
export function Composer({ conversationId, clientId, defaultBody, error, onSend, onWriting, readDraft, onEditLast, people }: ComposerProps) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  const picker = useRef<HTMLInputElement>(null);
  const { list, uploads } = useUploads();
  const [tooMany, setTooMany] = useState<string | null>(null);
  const dragged = useGivenFiles(form, attach, ".chat");

  function attach(files: readonly File[]) {
    const room = MAX_ATTACHMENTS - list.get().length;
    const fitting = files.filter(({ size }) => size <= MAX_FILE_BYTES);
    setTooMany(fitting.length < files.length ? t("errors.too-large") : files.length > room ? t("errors.too-many-files", { most: MAX_ATTACHMENTS }) : null);
    list.add(fitting.slice(0, Math.max(0, room)).map((file) => ({ blob: file, name: file.name, table: isPictureType(file.type) ? ("messages" as const) : ("files" as const) })), conversationId);
    field.current!.focus();
  }

  const enterSends = useEnterSends();
  const [suggested, setSuggested] = useState<Mentioning | null>(null);
  const [chosen, setChosen] = useState(0);
  const listId = useId();
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
    // What was refused stays here, with its reason; all others go.
    const going = list.get().filter(({ status }) => status !== "refused");
    if (body.trim() === "" && going.length === 0) return;
    onSend(body, list.take(going.map(({ uploadId }) => uploadId)).map(queued));
    setTooMany(null);
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
    <form ref={form} method="post" encType="multipart/form-data" onSubmit={submit} className={classes("composer", dragged && "composer-over")} id="compose">
      <input type="hidden" name="intent" value="send" />
      <input type="hidden" name="clientId" value={clientId} />
      <ChosenAttachments uploads={uploads} onRetry={(uploadId) => list.retry(uploadId)} onRemove={(uploadId) => list.cancel(uploadId)} />
      {tooMany !== null && (
        <p role="alert" className="mb-2 text-xs text-bad">
          {tooMany}
        </p>
      )}
      <label htmlFor="body" className="sr-only">
        {t("chats.compose.label")}
      </label>
      <noscript>
        <label className="mb-2 block text-sm">
          {t("uploads.attach")} <input type="file" name="file" multiple className="max-w-full" />
        </label>
      </noscript>
      <input
        ref={picker}
        type="file"
        multiple
        tabIndex={-1}
        aria-hidden
        className="hidden"
        data-attach
        onChange={({ currentTarget }) => {
          attach([...(currentTarget.files ?? [])]);
          currentTarget.value = "";
        }}
      />
      {suggested && (
        <div id={listId} role="listbox" aria-label={t("messageActions.mentions")} className="mention-list">
          {suggested.people.map((person, index) => (
            // The field keeps the focus; by the keyboard the list is worked from there.
            <div
              key={person.id}
              id={`${listId}-${index}`}
              role="option"
              tabIndex={-1}
              aria-selected={index === chosen}
              className="mention-option"
              onPointerDown={(event) => {
                event.preventDefault();
                mention(person);
              }}
            >
              <Avatar name={person.name} hue={person.hue} avatar={person.avatar} size="xs" />
              <bdi className="truncate">{person.name}</bdi>
            </div>
          ))}
        </div>
      )}
      <div className="flex items-end gap-2">
        <IconButton label={t("uploads.attach")} icon={<Paperclip aria-hidden size={20} strokeWidth={1.5} />} onClick={() => picker.current!.click()} className="script-only" />
        <textarea
          ref={field}
          id="body"
          name="body"
          rows={1}
          dir="auto"
          maxLength={MAX_BODY_LENGTH}
          defaultValue={defaultBody}
          placeholder={t("chats.compose.placeholder")}
          aria-invalid={error ? true : undefined}
          aria-describedby={error ? "body-error" : undefined}
          aria-autocomplete="list"
          aria-controls={suggested ? listId : undefined}
          aria-activedescendant={suggested ? `${listId}-${chosen}` : undefined}
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

/** Kept with the message, also where it is uploaded already: it may be sent when the server has forgotten it. */
const queued = ({ uploadId, name, size, blob, table, image, file }: Upload): QueuedFile => ({ uploadId, name, size, blob, isPicture: table === "messages", uploaded: image ? { imageId: image.id } : file ? { fileId: file.id } : null });
