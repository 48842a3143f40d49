import { useTranslation } from "react-i18next";
import { Dialog } from "#app/components/dialog.tsx";

/** Keys as they are printed on them: no words, the same in every language. */
const KEYS = [
  { keys: ["Ctrl", "K"], text: "shortcuts.switch" },
  { keys: ["?"], text: "shortcuts.help" },
  { keys: ["Enter"], text: "shortcuts.send" },
  { keys: ["Shift", "Enter"], text: "shortcuts.break" },
  { keys: ["↑"], text: "shortcuts.editLast" },
  { keys: ["@"], text: "shortcuts.mention" },
  { keys: ["Shift", "Tab"], text: "shortcuts.toMessages" },
  { keys: ["↑", "↓"], text: "shortcuts.messages" },
  { keys: ["Enter"], text: "shortcuts.menu" },
  { keys: ["Esc"], text: "shortcuts.leave" },
] as const;

/** What the keyboard can do. */
export function KeyList({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useTranslation();
  return (
    <Dialog open={open} onClose={onClose} title={t("shortcuts.title")}>
      <dl className="flex flex-col gap-2" data-shortcuts>
        {KEYS.map(({ keys, text }) => (
          <div key={text} className="flex items-center justify-between gap-4">
            <dt className="text-ink-soft">{t(text)}</dt>
            <dd dir="ltr" className="flex flex-none gap-1">
              {keys.map((key) => (
                <kbd key={key} className="key">
                  {key}
                </kbd>
              ))}
            </dd>
          </div>
        ))}
      </dl>
      <p className="mt-3 text-sm text-ink-soft">{t("shortcuts.mac")}</p>
    </Dialog>
  );
}
