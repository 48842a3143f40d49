import { Download, FileText } from "lucide-react";
import { memo, useEffect, useRef, type CSSProperties } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { fileSize } from "#app/components/uploads/file-size.ts";
import { Picture } from "#app/components/uploads/picture.tsx";
import type { FileData, ImageData } from "#app/domain/images/image.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { QueuedFile } from "#app/realtime/queue-storage.ts";

interface MessageAttachmentsProps {
  images: readonly ImageData[];
  files: readonly FileData[];
  /** Of a message that is on its way: shown from the device. */
  queued: readonly QueuedFile[];
  senderName: string;
}

/** At the width of a bubble on a desk, and nearly all of a phone. */
const SIZES = "(min-width: 48rem) 22rem, 75vw";

/** What a message carries beside its words. Pictures have their place before they load; files are only ever downloaded. */
export const MessageAttachments = memo(function MessageAttachments({ images, files, queued, senderName }: MessageAttachmentsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const pictures = images.length + queued.filter(({ isPicture }) => isPicture).length;
  if (pictures + files.length + queued.length === 0) return null;
  return (
    <div className="attachments">
      {pictures > 0 && (
        <div className={classes("attached-pictures", pictures > 1 && "attached-pictures-several")}>
          {images.map((image) => (
            <a key={image.id} href={image.url} target="_blank" rel="noreferrer" className="attached-picture" style={shapeOf(image)}>
              <Picture image={image} alt={t("uploads.pictureFrom", { name: senderName })} sizes={SIZES} />
            </a>
          ))}
          {queued.map((file) => (file.isPicture ? <QueuedPicture key={file.uploadId} file={file} /> : null))}
        </div>
      )}
      {files.map(({ id, url, name, bytes }) => (
        <a key={id} href={url} download={name} className="attached-file">
          <Download aria-hidden size={18} strokeWidth={1.5} className="flex-none" />
          <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
          <span className="flex-none text-xs text-ink-soft tabular-nums">{fileSize(bytes, t, format)}</span>
        </a>
      ))}
      {queued.map(({ uploadId, name, size, isPicture }) =>
        isPicture ? null : (
          <span key={uploadId} className="attached-file">
            <FileText aria-hidden size={18} strokeWidth={1.5} className="flex-none" />
            <bdi className="min-w-0 flex-1 truncate">{name}</bdi>
            <span className="flex-none text-xs text-ink-soft tabular-nums">{fileSize(size, t, format)}</span>
          </span>
        ),
      )}
    </div>
  );
});

const shapeOf = ({ width, height }: ImageData) => ({ "--picture-shape": width / height, "--picture-width": `${width}px` }) as CSSProperties;

function QueuedPicture({ file }: { file: QueuedFile }) {
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(file.blob);
    picture.current!.src = url;
    return () => URL.revokeObjectURL(url);
  }, [file.blob]);
  return (
    <span className="attached-picture attached-picture-queued">
      <img ref={picture} alt={file.name} />
    </span>
  );
}
