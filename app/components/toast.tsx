import { CircleAlert, CircleCheck, Info, X } from "lucide-react";
import { createContext, useCallback, useContext, useEffect, useMemo, useRef, useState, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { IconButton } from "./icon-button.tsx";

/** Long enough to read two lines twice. */
const TOAST_MS = 6_000;

export type ToastTone = "neutral" | "good" | "bad";
interface Toast {
  id: number;
  tone: ToastTone;
  text: string;
}

const ToastContext = createContext<((text: string, tone?: ToastTone) => void) | null>(null);

/** `toast(text, tone)`: a word about something done. Failures (tone bad) stay until they are dismissed. */
export function useToast() {
  const toast = useContext(ToastContext);
  if (!toast) throw new Error("useToast needs a ToastProvider above it");
  return toast;
}

export function ToastProvider({ children }: { children: ReactNode }) {
  const { t } = useTranslation();
  const [toasts, setToasts] = useState<Toast[]>([]);
  const lastId = useRef(0);
  const toast = useCallback((text: string, tone: ToastTone = "neutral") => {
    lastId.current += 1;
    const id = lastId.current;
    setToasts((shown) => [...shown, { id, tone, text }]);
  }, []);
  const dismiss = useCallback((id: number) => setToasts((shown) => shown.filter((one) => one.id !== id)), []);
  // The regions stand in the page from the beginning: what is put into them later is read out.
  const regions = useMemo(() => [{ role: "status", of: toasts.filter(({ tone }) => tone !== "bad") }, { role: "alert", of: toasts.filter(({ tone }) => tone === "bad") }] as const, [toasts]);
  return (
    <ToastContext.Provider value={toast}>
      {children}
      <section aria-label={t("common.notices")} className="pointer-events-none fixed inset-x-0 bottom-20 z-50 flex flex-col items-center gap-2 px-4 md:bottom-6">
        {regions.map(({ role, of }) => (
          <div key={role} role={role} className="flex w-full max-w-form flex-col gap-2">
            {of.map((one) => (
              <ToastCard key={one.id} toast={one} onDismiss={dismiss} />
            ))}
          </div>
        ))}
      </section>
    </ToastContext.Provider>
  );
}

const ICONS = { neutral: Info, good: CircleCheck, bad: CircleAlert };
const COLOURS = { neutral: "text-ink-soft", good: "text-good", bad: "text-bad" };

function ToastCard({ toast, onDismiss }: { toast: Toast; onDismiss: (id: number) => void }) {
  const { t } = useTranslation();
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (toast.tone === "bad") return;
    // Whoever reads it, with the pointer or the focus on it, gets another round.
    const timer = setInterval(() => {
      if (!card.current?.matches(":hover, :focus-within")) onDismiss(toast.id);
    }, TOAST_MS);
    return () => clearInterval(timer);
  }, [toast, onDismiss]);
  const Icon = ICONS[toast.tone];
  return (
    <div ref={card} className="pointer-events-auto flex animate-rise items-center gap-3 rounded-card border border-line bg-surface ps-4 pe-1 py-1 shadow-float">
      <Icon aria-hidden size={20} className={COLOURS[toast.tone]} />
      <p className="min-w-0 flex-1 py-2">{toast.text}</p>
      <IconButton label={t("common.dismiss")} icon={<X aria-hidden size={18} />} onClick={() => onDismiss(toast.id)} />
    </div>
  );
}
