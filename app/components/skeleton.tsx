import { useTranslation } from "react-i18next";

/** The shape of rows to come: avatar, name, a line of text. */
export function Skeleton({ rows = 3 }: { rows?: number }) {
  const { t } = useTranslation();
  return (
    <div role="status">
      <span className="sr-only">{t("common.loading")}</span>
      {Array.from({ length: rows }, (_, row) => (
        <div key={row} aria-hidden className="flex animate-breathe items-center gap-3 px-4 py-3">
          <div className="size-11 flex-none rounded-full bg-sunken" />
          <div className="flex flex-1 flex-col gap-2">
            <div className="h-3.5 w-2/5 rounded-full bg-sunken" />
            <div className="h-3 w-4/5 rounded-full bg-sunken" />
          </div>
        </div>
      ))}
    </div>
  );
}
