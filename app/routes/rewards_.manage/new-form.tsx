import { Plus } from "lucide-react";
import { useCallback, useRef, type ReactNode } from "react";
import { CloseContext } from "./close-context.ts";

interface NewFormProps {
  id: string;
  label: string;
  isOpen: boolean;
  children: ReactNode;
}

/** The last line of a list: opened it holds the form for another one. */
export function NewForm({ id, label, isOpen, children }: NewFormProps) {
  const element = useRef<HTMLDetailsElement>(null);
  const close = useCallback(() => {
    if (!element.current) return;
    element.current.open = false;
    element.current.querySelector("summary")?.focus();
  }, []);
  return (
    <details ref={element} id={id} className="border-t border-line px-4 py-2" open={isOpen}>
      <summary className="inline-flex min-h-target items-center gap-2 rounded-md px-2 font-medium text-accent-ink hover:bg-accent-soft">
        <Plus aria-hidden size={18} />
        {label}
      </summary>
      <div className="mt-3 mb-2">
        <CloseContext.Provider value={close}>{children}</CloseContext.Provider>
      </div>
    </details>
  );
}
