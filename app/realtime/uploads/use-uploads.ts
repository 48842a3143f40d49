import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { newId } from "#app/domain/ids.ts";
import { browserLog } from "#app/realtime/browser-log.ts";
import { browserTimers } from "#app/realtime/browser.ts";
import { UploadList, type Upload } from "./upload-list.ts";
import { uploadByXhr } from "./upload-request.ts";

const NOTHING: readonly Upload[] = [];
const nothing = () => NOTHING;

/** Uploads of one place on the screen; they end with it. @param onDone called for each that has arrived */
export function useUploads(onDone?: (upload: Upload) => void): { list: UploadList; uploads: readonly Upload[] } {
  const latest = useRef(onDone);
  useEffect(() => {
    latest.current = onDone;
  });
  const [list] = useState(
    () =>
      new UploadList({
        request: uploadByXhr(browserTimers),
        newId,
        preview: { make: (blob) => URL.createObjectURL(blob), drop: (url) => URL.revokeObjectURL(url) },
        forget: forgetUpload,
        onDone: (upload) => latest.current?.(upload),
      }),
  );
  useEffect(() => () => list.close(), [list]);
  return { list, uploads: useSyncExternalStore(list.subscribe, list.get, nothing) };
}

/** Without an answer the server forgets it by itself after a day. */
export function forgetUpload(uploadId: string): void {
  fetch("/api/uploads/cancel", { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ uploadId }), credentials: "same-origin", keepalive: true }).catch((error: unknown) =>
    browserLog("an upload is forgotten later", { error: String(error) }),
  );
}
