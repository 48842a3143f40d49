import { Download, FileText } from "lucide-react";
import { memo, useEffect, useRef, useState, type CSSProperties, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { FileName } from "#app/components/uploads/file-name.tsx";
import { fileSize } from "#app/components/uploads/file-size.ts";
import { Picture } from "#app/components/uploads/picture.tsx";
import { fitted, LARGEST, type FileData, type ImageData } from "#app/domain/images/image.ts";
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
  // What this browser cannot show is a file, as long as only this device has it.
  const [unseen, setUnseen] = useState<readonly string[]>([]);
  if (images.length + files.length + queued.length === 0) return null;
  const isShown = ({ uploadId, isPicture }: QueuedFile) => isPicture && !unseen.includes(uploadId);
  const pictures = images.length + queued.filter(isShown).length;
  return (
    <div className="attachments">
      {pictures > 0 && (
        <div className={classes("attached-pictures", pictures > 1 && "attached-pictures-several")}>
          {images.map((image) => (
            <a key={image.id} href={image.url} target="_blank" rel="noreferrer" className="attached-picture" style={shapeOf(image)}>
              <Picture image={image} alt={t("uploads.pictureFrom", { name: senderName })} sizes={SIZES} />
            </a>
          ))}
          {queued.map((file) => (isShown(file) ? <QueuedPicture key={file.uploadId} file={file} onUnseen={() => setUnseen((before) => [...before, file.uploadId])} /> : null))}
        </div>
      )}
      {files.map(({ id, url, name, bytes }) => (
        <a key={id} href={url} download={name} className="attached-file">
          <FileLine icon={<Download aria-hidden size={18} strokeWidth={1.5} className="flex-none" />} name={name} bytes={bytes} />
        </a>
      ))}
      {queued.map((file) =>
        isShown(file) ? null : (
          <span key={file.uploadId} className="attached-file">
            <FileLine icon={<FileText aria-hidden size={18} strokeWidth={1.5} className="flex-none" />} name={file.name} bytes={file.size} />
          </span>
        ),
      )}
    </div>
  );
});

function FileLine({ icon, name, bytes }: { icon: ReactNode; name: string; bytes: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <>
      {icon}
      <FileName name={name} className="flex-1" />
      <span className="flex-none text-xs text-ink-soft tabular-nums">{fileSize(bytes, t, format)}</span>
    </>
  );
}

const shapeOf = ({ width, height }: Pick<ImageData, "width" | "height">) => ({ "--picture-shape": width / height, "--picture-width": `${width}px` }) as CSSProperties;

/** As large as it will be once it is sent: nothing moves when the server's takes its place. */
function QueuedPicture({ file, onUnseen }: { file: QueuedFile; onUnseen: () => void }) {
  const [shape, setShape] = useState<CSSProperties>();
  const picture = useRef<HTMLImageElement>(null);
  useEffect(() => {
    const url = URL.createObjectURL(file.blob);
    picture.current!.src = url;
    return () => URL.revokeObjectURL(url);
  }, [file.blob]);
  return (
    <span className="attached-picture attached-picture-queued" style={shape}>
      <img ref={picture} alt={file.name} onLoad={({ currentTarget: { naturalWidth, naturalHeight } }) => setShape(shapeOf(fitted(naturalWidth, naturalHeight, LARGEST)))} onError={onUnseen} />
    </span>
  );
}
