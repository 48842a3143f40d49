/** The files of a queued message, one after the other, before the message itself. */
import type { QueuedFile, QueuedMessage, Refusal } from "#app/realtime/queue-storage.ts";
import type { UploadRequest } from "./upload-request.ts";

export type UploadedFiles =
  | { kind: "uploaded"; imageIds: string[]; fileIds: string[]; refused: { file: QueuedFile; refusal: Refusal }[] }
  /** The network, or the server for now: what has arrived is not sent again. */
  | { kind: "failed"; reason: string };

/** What this page has uploaded, by key. */
export type Uploaded = Map<string, NonNullable<QueuedFile["uploaded"]>>;

const QUIET = { onProgress: () => {}, onProcessing: () => {} };

/** One that is refused holds up no other. */
export async function uploadFiles({ files = [], conversationId }: QueuedMessage, request: UploadRequest, uploaded: Uploaded): Promise<UploadedFiles> {
  const all = { imageIds: [] as string[], fileIds: [] as string[] };
  const refused: { file: QueuedFile; refusal: Refusal }[] = [];
  for (const file of files) {
    const known = uploaded.get(file.uploadId) ?? file.uploaded;
    const found = known ?? (await upload(file, conversationId, request));
    if ("reason" in found) return { kind: "failed", reason: found.reason };
    if ("code" in found) {
      refused.push({ file, refusal: found });
      continue;
    }
    uploaded.set(file.uploadId, found);
    if ("imageId" in found) all.imageIds.push(found.imageId);
    else all.fileIds.push(found.fileId);
  }
  return { kind: "uploaded", ...all, refused };
}

async function upload({ uploadId, name, blob, isPicture }: QueuedFile, id: string, request: UploadRequest): Promise<NonNullable<QueuedFile["uploaded"]> | Refusal | { reason: string }> {
  const outcome = await request({ uploadId, table: isPicture ? "messages" : "files", id, blob, name }, QUIET, new AbortController().signal);
  switch (outcome.kind) {
    case "image":
      return { imageId: outcome.image.id };
    case "file":
      return { fileId: outcome.file.id };
    case "refused":
      return { code: outcome.code, message: outcome.message, field: "file" };
    case "failed":
      return { reason: outcome.reason };
    case "cancelled":
      return { reason: "cancelled" };
  }
}
