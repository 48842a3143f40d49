import { SendHorizontal } from "lucide-react";
import { useRef, type FormEvent, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import { IconButton } from "#app/components/icon-button.tsx";

interface ComposerProps {
  /** For browsers without JavaScript: makes a form sent twice one message. */
  clientId: string;
  defaultBody?: string | undefined;
  error?: string | undefined;
  onSend: (body: string) => void;
  /** After each change of the text: what stands in the field now. */
  onWriting: (text: string) => void;
}

/** Where a message is written. A plain form first; with JavaScript it sends without leaving the page. */
export function Composer({ clientId, defaultBody, error, onSend, onWriting }: ComposerProps) {
  const { t } = useTranslation();
  const form = useRef<HTMLFormElement>(null);
  const field = useRef<HTMLTextAreaElement>(null);

  function submit(event: FormEvent) {
    event.preventDefault();
    const body = field.current!.value;
    if (body.trim() === "") return;
    onSend(body);
    form.current!.reset();
    onWriting("");
    field.current!.focus();
  }

  function keyDown(event: KeyboardEvent) {
    // While an input method composes (Arabic keyboards on phones, CJK), Enter belongs to it.
    if (event.key !== "Enter" || event.shiftKey || event.nativeEvent.isComposing) return;
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
          onInput={({ currentTarget }) => onWriting(currentTarget.value)}
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
