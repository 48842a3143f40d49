import { useTranslation } from "react-i18next";
import { useFormat } from "#app/i18n/use-format.ts";
import type { Upload } from "#app/realtime/uploads/upload-list.ts";

/** How far an upload is, then that the server looks at it. */
export function ProgressBar({ upload }: { upload: Pick<Upload, "name" | "progress" | "status"> }) {
  const { t } = useTranslation();
  const format = useFormat();
  if (upload.status === "processing") return <p className="text-xs text-ink-soft">{t("uploads.processing")}</p>;
  const percent = Math.floor(upload.progress * 100);
  return (
    <span className="flex items-center gap-2">
      <progress className="upload-progress" max={100} value={percent} aria-label={t("uploads.progressOf", { name: upload.name })} />
      <span aria-hidden className="text-xs text-ink-soft tabular-nums">
        {t("uploads.percent", { percent: format.number(percent) })}
      </span>
    </span>
  );
}
