import { FileText, RotateCcw, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { IconButton } from "#app/components/icon-button.tsx";
import { FileName } from "#app/components/uploads/file-name.tsx";
import { Preview } from "#app/components/uploads/preview.tsx";
import { ProgressBar } from "#app/components/uploads/progress-bar.tsx";
import { problemText } from "#app/components/uploads/upload-problem.ts";
import type { Upload } from "#app/realtime/uploads/upload-list.ts";

interface ChosenAttachmentsProps {
  uploads: readonly Upload[];
  onRetry: (uploadId: string) => void;
  onRemove: (uploadId: string) => void;
}

/** What goes with the message that is being written, each with how far it is and the way to stop it. */
export function ChosenAttachments({ uploads, onRetry, onRemove }: ChosenAttachmentsProps) {
  const { t } = useTranslation();
  if (uploads.length === 0) return null;
  return (
    <ul className="chosen-attachments" aria-label={t("uploads.chosen")}>
      {uploads.map((upload) => (
        <li key={upload.uploadId} className="chosen-attachment" data-upload={upload.status}>
          <Preview src={upload.preview} className="chosen-preview">
            <FileText aria-hidden size={24} strokeWidth={1.5} className="chosen-preview p-2 text-ink-soft" />
          </Preview>
          <div className="min-w-0 flex-1">
            <FileName name={upload.name} className="text-sm" />
            {upload.status === "failed" || upload.status === "refused" ? (
              <p role="alert" className="text-xs text-bad">
                {problemText(upload, t)}
              </p>
            ) : upload.status === "done" ? (
              <p className="text-xs text-good">{t("uploads.ready")}</p>
            ) : (
              <ProgressBar upload={upload} />
            )}
          </div>
          {upload.status === "failed" && <IconButton label={t("uploads.retryOf", { name: upload.name })} icon={<RotateCcw aria-hidden size={18} />} onClick={() => onRetry(upload.uploadId)} />}
          <IconButton label={t("uploads.removeOf", { name: upload.name })} icon={<X aria-hidden size={18} />} onClick={() => onRemove(upload.uploadId)} />
        </li>
      ))}
    </ul>
  );
}
