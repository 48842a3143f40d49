import { useFetcher, useLocation } from "@remix-run/react";
import { Pencil, Trash2 } from "lucide-react";
import { Fragment, useCallback, useContext, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { FamilyPageContext } from "#app/components/family/family-form.ts";
import { problemOfAddress } from "#app/components/uploads/upload-problem.ts";
import { CloseContext } from "./close-context.ts";

interface EditableRowProps {
  /** What stands on the line while it is closed. */
  summary: ReactNode;
  /** Opened because its form was refused. */
  isOpen: boolean;
  /** What is stored: as long as the row is closed, its form is of this; opened it stays as it is, whatever others do. */
  stored: string;
  /** The form. */
  children: ReactNode;
  /** Between both: pictures. */
  picture?: ReactNode;
  remove: { intent: string; field: string; id: string; label: string; hint: string };
}

/** Something of the catalogue: opened it can be changed, or taken off. */
export function EditableRow({ summary, isOpen: isRefused, stored, children, picture, remove }: EditableRowProps) {
  const { t } = useTranslation();
  const archive = useFetcher();
  const { search } = useLocation();
  // Without JavaScript its picture may have been refused, too.
  const isOpen = isRefused || problemOfAddress(search, remove.id, t) !== null;
  const page = useContext(FamilyPageContext);
  const element = useRef<HTMLDetailsElement>(null);
  const [open, setOpen] = useState(isOpen);
  const [formOf, setFormOf] = useState(stored);
  if (!open && formOf !== stored) setFormOf(stored);
  const close = useCallback(() => {
    if (!element.current?.open) return;
    element.current.open = false;
    element.current.querySelector("summary")?.focus();
  }, []);
  return (
    <details ref={element} className="family-row min-w-0 flex-1" open={isOpen} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary className="flex min-h-14 items-center gap-3 px-4 py-2.5 transition-colors hover:bg-sunken">
        {summary}
        <span className="flex-none text-sm font-medium text-accent-ink">
          <Pencil aria-hidden size={18} className="sm:hidden" />
          <span className="max-sm:sr-only">{t("rewards.change")}</span>
        </span>
      </summary>
      <div className="flex flex-col gap-5 border-t border-line bg-paper p-4">
        {picture}
        <CloseContext.Provider value={close}>
          <Fragment key={formOf}>{children}</Fragment>
        </CloseContext.Provider>
        <archive.Form method="post" action={page} preventScrollReset className="border-t border-line pt-4">
          <input type="hidden" name={remove.field} value={remove.id} />
          <Button type="submit" variant="secondary" size="sm" name="intent" value={remove.intent} busy={archive.state !== "idle"} icon={<Trash2 aria-hidden size={18} />}>
            {remove.label}
          </Button>
          <p className="mt-2 text-sm text-ink-soft">{remove.hint}</p>
        </archive.Form>
      </div>
    </details>
  );
}
