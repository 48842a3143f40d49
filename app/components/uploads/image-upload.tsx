import { useLocation, useRevalidator } from "@remix-run/react";
import { ImagePlus } from "lucide-react";
import { useId, useRef, useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { classes } from "#app/components/classes.ts";
import { FieldError } from "#app/components/field-error.tsx";
import { newId } from "#app/domain/ids.ts";
import type { ImageData, ImageTable } from "#app/domain/images/image.ts";
import { PICTURE_ACCEPT } from "#app/realtime/uploads/upload-list.ts";
import { useUploads } from "#app/realtime/uploads/use-uploads.ts";
import { Picture } from "./picture.tsx";
import { Preview } from "./preview.tsx";
import { ProgressBar } from "./progress-bar.tsx";
import { useGivenFiles } from "./use-given-files.ts";
import { problemOfAddress, problemText, withoutProblem } from "./upload-problem.ts";

interface ImageUploadProps {
  table: Exclude<ImageTable, "messages">;
  /** The row that it is a picture of; the family's id for company, the person's for avatars. */
  id: string;
  /** Shown until there is another. */
  image: ImageData | null;
  /** What it is a picture of: "Picture of the ice cream". */
  label: string;
  /** Faces are round. */
  shape?: "card" | "round";
}

/** Of the place it stands in: 8rem at every width. */
const PLACE = "8rem";

/**
 * Chooses, pastes or drops the picture of something: it is shown at once, and saved when it has arrived. Without
 * JavaScript it is a plain form that comes back to this page.
 */
export function ImageUpload({ table, id, image, label, shape = "card" }: ImageUploadProps) {
  const { t } = useTranslation();
  const fieldId = useId();
  const location = useLocation();
  const { revalidate } = useRevalidator();
  const form = useRef<HTMLFormElement>(null);
  const [formUploadId] = useState(newId);
  const { list, uploads } = useUploads(() => revalidate());
  // One place, one picture: a newer choice takes the place of the one on its way.
  const upload = uploads.at(-1);
  const underWay = upload !== undefined && (upload.status === "waiting" || upload.status === "uploading" || upload.status === "processing");
  const failed = upload !== undefined && (upload.status === "failed" || upload.status === "refused");
  // What was uploaded here is shown until the page is loaded with another one, or none: from then on the page is right.
  const [before, setBefore] = useState(image?.id);
  const [settled, setSettled] = useState<string>();
  if (before !== image?.id) {
    setBefore(image?.id);
    if (upload?.image) setSettled(upload.uploadId);
  }
  const shown = upload?.image && upload.uploadId !== settled ? upload.image : image;
  const error = failed ? problemText(upload, t) : upload ? undefined : (problemOfAddress(location.search, id, t) ?? undefined);

  function begin(files: readonly File[]) {
    const [file] = files;
    if (!file) return;
    for (const { uploadId } of list.get()) list.cancel(uploadId);
    list.add([{ blob: file, name: file.name, table }], id);
  }
  const dragged = useGivenFiles(form, begin);

  return (
    <form
      ref={form}
      id={`picture-${id}`}
      method="post"
      action="/api/images"
      encType="multipart/form-data"
      className={classes("image-upload", dragged && "image-upload-over")}
      aria-label={label}
    >
      <input type="hidden" name="table" value={table} />
      <input type="hidden" name="id" value={id} />
      <input type="hidden" name="uploadId" value={formUploadId} suppressHydrationWarning />
      <input type="hidden" name="redirectTo" value={`${location.pathname}${withoutProblem(location.search)}#picture-${id}`} />
      <div className={classes("image-upload-place", shape === "round" ? "rounded-full" : "rounded-card")}>
        <Preview src={upload?.image ? null : (upload?.preview ?? null)} className={classes("size-full object-cover", underWay && "opacity-60")}>
          {shown ? <Picture image={shown} alt="" sizes={PLACE} className="size-full object-cover" /> : <ImagePlus aria-hidden size={28} className="text-ink-faint" />}
        </Preview>
      </div>
      <div className="flex min-w-0 flex-1 flex-col items-start gap-2">
        <label htmlFor={fieldId} className="font-medium">
          {label}
        </label>
        <input
          id={fieldId}
          type="file"
          name="file"
          accept={PICTURE_ACCEPT}
          required
          aria-invalid={error ? true : undefined}
          className="image-upload-input"
          aria-describedby={`${fieldId}-hint${error ? ` ${fieldId}-error` : ""}`}
          onChange={(event) => {
            begin([...(event.currentTarget.files ?? [])]);
            // The same file may be chosen again after it failed.
            event.currentTarget.value = "";
          }}
        />
        <noscript>
          <button className="min-h-11 rounded-md border border-line-strong px-4">{t("uploads.save")}</button>
        </noscript>
        {underWay ? (
          <div className="flex w-full flex-col gap-2">
            <ProgressBar upload={upload} />
            <Button variant="secondary" size="sm" className="self-start" onClick={() => list.cancel(upload.uploadId)}>
              {t("uploads.cancel")}
            </Button>
          </div>
        ) : (
          <p id={`${fieldId}-hint`} className="text-sm text-ink-soft">
            {t("uploads.pictureHint")}
          </p>
        )}
        <FieldError fieldId={fieldId} error={error} />
        {upload?.status === "failed" && (
          <Button variant="secondary" size="sm" onClick={() => list.retry(upload.uploadId)}>
            {t("uploads.retry")}
          </Button>
        )}
        <p role="status" className="sr-only">
          {upload?.status === "processing" ? t("uploads.processing") : upload?.status === "done" ? t("uploads.saved") : ""}
        </p>
      </div>
    </form>
  );
}
