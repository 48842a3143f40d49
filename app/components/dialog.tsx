import { X } from "lucide-react";
import { useEffect, useId, useRef, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./icon-button.tsx";

interface DialogProps {
  open: boolean;
  /** Escape, the close button, or a press beside it. */
  onClose: () => void;
  title: string;
  children: ReactNode;
  /** Buttons at the end. */
  actions?: ReactNode;
}

/** A native modal dialog: the browser holds the focus inside and gives it back. */
export function Dialog({ open, onClose, title, children, actions }: DialogProps) {
  const { t } = useTranslation();
  const id = useId();
  const element = useRef<HTMLDialogElement>(null);

  useEffect(() => {
    const dialog = element.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);

  useEffect(() => {
    const dialog = element.current;
    // A press beside the sheet lands on the dialog itself, which has no padding of its own.
    const pressBeside = (event: MouseEvent) => {
      if (event.target === dialog) onClose();
    };
    dialog?.addEventListener("mousedown", pressBeside);
    return () => dialog?.removeEventListener("mousedown", pressBeside);
  }, [onClose]);

  return (
    <dialog
      ref={element}
      aria-labelledby={id}
      onClose={onClose}
      className="w-[min(28rem,calc(100vw-2rem))] rounded-bubble border border-line bg-surface p-0 text-ink shadow-float open:animate-rise"
    >
      <div className="flex items-center justify-between gap-3 ps-5 pe-2 pt-2">
        <h2 id={id} className="text-lg">
          {title}
        </h2>
        <IconButton label={t("common.close")} icon={<X aria-hidden size={20} />} onClick={onClose} />
      </div>
      <div className="px-5 pt-1 pb-5">{children}</div>
      {actions && <div className="flex flex-wrap justify-end gap-2 border-t border-line px-5 py-3">{actions}</div>}
    </dialog>
  );
}
