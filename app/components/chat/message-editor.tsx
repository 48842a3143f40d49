import { useEffect, useRef, type KeyboardEvent } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { MAX_BODY_LENGTH } from "#app/domain/conversations/limits.ts";
import type { MessageActions } from "./message-actions.ts";
import type { ShownMessage } from "./message-bubble.tsx";
import { sends, useEnterSends } from "./enter-key.ts";

/** In the place of the text that is being changed. */
export function MessageEditor({ message, actions }: { message: ShownMessage; actions: MessageActions }) {
  const { t } = useTranslation();
  const field = useRef<HTMLTextAreaElement>(null);
  const enterSends = useEnterSends();

  useEffect(() => {
    const element = field.current!;
    element.focus();
    element.setSelectionRange(element.value.length, element.value.length);
  }, []);

  function keyDown(event: KeyboardEvent) {
    if (event.key === "Escape" && !event.nativeEvent.isComposing) {
      event.preventDefault();
      actions.close(message);
    } else if (sends(event.nativeEvent, enterSends)) {
      event.preventDefault();
      actions.save(message, field.current!.value);
    }
  }

  return (
    <form
      className="flex w-[min(38rem,70vw)] max-w-full flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        actions.save(message, field.current!.value);
      }}
    >
      <textarea ref={field} aria-label={t("messageActions.editLabel")} dir="auto" rows={1} required maxLength={MAX_BODY_LENGTH} defaultValue={message.body} onKeyDown={keyDown} className="composer-field w-full" />
      <div className="flex flex-wrap justify-end gap-2">
        <Button size="sm" variant="ghost" onClick={() => actions.close(message)}>
          {t("messageActions.cancel")}
        </Button>
        <Button size="sm" type="submit">
          {t("messageActions.save")}
        </Button>
      </div>
    </form>
  );
}
