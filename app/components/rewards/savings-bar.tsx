import { useTranslation } from "react-i18next";

interface SavingsBarProps {
  free: number;
  price: number;
  /** Accessible name: what is saved for. */
  name: string;
}

/** How far the stars reach: a bar for the eye, a sentence for everybody. */
export function SavingsBar({ free, price, name }: SavingsBarProps) {
  const { t } = useTranslation();
  const missing = price - free;
  return (
    <span className="flex flex-col gap-1">
      <progress className="savings" max={price} value={Math.min(free, price)} aria-label={t("rewards.savingFor", { name })} />
      <span className="text-sm text-ink-soft">{missing > 0 ? t("rewards.missing", { count: missing }) : t("rewards.enough")}</span>
    </span>
  );
}
