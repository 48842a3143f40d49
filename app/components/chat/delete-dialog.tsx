import { useCallback } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { Dialog } from "#app/components/dialog.tsx";
import type { ShownMessage } from "./message-bubble.tsx";

/** Asks before a message is deleted: it cannot be taken back. */
export function DeleteDialog({ message, onAnswer }: { message: ShownMessage | null; onAnswer: (isMeant: boolean) => void }) {
  const { t } = useTranslation();
  const keep = useCallback(() => onAnswer(false), [onAnswer]);
  return (
    <Dialog
      open={message !== null}
      onClose={keep}
      title={t("messageActions.deleteTitle")}
      actions={
        <>
          <Button variant="secondary" onClick={keep}>
            {t("messageActions.cancel")}
          </Button>
          <Button variant="danger" onClick={() => onAnswer(true)}>
            {t("messageActions.delete")}
          </Button>
        </>
      }
    >
      <p>{t("messageActions.deleteText")}</p>
    </Dialog>
  );
}
