/** Files that were chosen, pasted or dropped, each on its own way to the server: one that fails holds up no other. Knows no React. */
import type { FileData, ImageData, ImageTable } from "#app/domain/images/image.ts";
import type { UploadJob, UploadOutcome, UploadRequest } from "./upload-request.ts";

export interface Upload {
  uploadId: string;
  name: string;
  /** Bytes. */
  size: number;
  /** To be shown while the server's is not there; null for what is no picture. */
  preview: string | null;
  /** 0 to 1; within one try it only rises. */
  progress: number;
  /** failed: may be tried again; refused: this file never will be taken. */
  status: "waiting" | "uploading" | "processing" | "done" | "failed" | "refused";
  /** Of a refusal: the key of a text under `errors`, and the server's own words ("" where it had none). */
  problem: { code: string; message: string } | null;
  image: ImageData | null;
  file: FileData | null;
  /** What was chosen. */
  blob: Blob;
  table: ImageTable | "files";
}

export interface UploadListOptions {
  request: UploadRequest;
  newId: () => string;
  /** Makes an address under which a picture can be shown, and gives it back. */
  preview: { make: (blob: Blob) => string; drop: (url: string) => void };
  /** Tells the server to forget one that is not wanted any more. */
  forget: (uploadId: string) => void;
  onDone?: (upload: Upload) => void;
}

/** At once; more would only make each of them slower. */
const AT_ONCE = 3;
/** What browsers can show and the server takes as a picture. */
const PICTURE_TYPES = new Set(["image/jpeg", "image/png", "image/webp", "image/gif", "image/avif"]);
export const PICTURE_ACCEPT = [...PICTURE_TYPES].join(",");
export const isPictureType = (type: string): boolean => PICTURE_TYPES.has(type);

const NOTHING: readonly Upload[] = [];

export class UploadList {
  #uploads: readonly Upload[] = NOTHING;
  #targets = new Map<string, string>();
  #running = new Map<string, AbortController>();
  #listeners = new Set<() => void>();

  constructor(readonly options: UploadListOptions) {}

  subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** The same array until something changes. */
  get = (): readonly Upload[] => this.#uploads;

  /** Begins to upload. @returns their keys */
  add(files: readonly { blob: Blob; name: string; table: ImageTable | "files" }[], id: string): string[] {
    const added = files.map(({ blob, name, table }): Upload => {
      const uploadId = this.options.newId();
      this.#targets.set(uploadId, id);
      const preview = isPictureType(blob.type) ? this.options.preview.make(blob) : null;
      return { uploadId, name, size: blob.size, preview, progress: 0, status: "waiting", problem: null, image: null, file: null, blob, table };
    });
    this.#set([...this.#uploads, ...added]);
    this.#startNext();
    return added.map(({ uploadId }) => uploadId);
  }

  /** Tries a failed one again, under the same key: if it did arrive, it is that one. */
  retry(uploadId: string): void {
    const upload = this.#find(uploadId);
    if (upload?.status !== "failed" && upload?.status !== "refused") return;
    this.#change(uploadId, { status: "waiting", progress: 0, problem: null });
    this.#startNext();
  }

  /** Stops it, wherever it is, and takes it off the list; nothing of it stays with the server. */
  cancel(uploadId: string): void {
    const upload = this.#find(uploadId);
    if (!upload) return;
    this.#running.get(uploadId)?.abort();
    this.#running.delete(uploadId);
    this.#drop([uploadId]);
    if (upload.status !== "refused" && upload.status !== "waiting") this.options.forget(uploadId);
    this.#startNext();
  }

  /** Takes some off the list that now belong to a message; those on their way are stopped, since the message brings them itself. */
  take(uploadIds: readonly string[]): Upload[] {
    const taken = uploadIds.flatMap((uploadId) => this.#find(uploadId) ?? []);
    for (const { uploadId } of taken) {
      this.#running.get(uploadId)?.abort();
      this.#running.delete(uploadId);
    }
    this.#drop(uploadIds);
    this.#startNext();
    return taken;
  }

  /** The page goes: what is on its way is stopped, and stays with nobody. */
  close(): void {
    for (const { uploadId, status } of this.#uploads) {
      this.#running.get(uploadId)?.abort();
      if (status !== "refused" && status !== "waiting") this.options.forget(uploadId);
    }
    this.#running.clear();
    this.#drop(this.#uploads.map(({ uploadId }) => uploadId));
  }

  #startNext(): void {
    for (const upload of this.#uploads) {
      if (this.#running.size >= AT_ONCE) return;
      if (upload.status === "waiting") void this.#run(upload);
    }
  }

  async #run(upload: Upload): Promise<void> {
    const { uploadId, table, blob, name } = upload;
    const stop = new AbortController();
    this.#running.set(uploadId, stop);
    this.#change(uploadId, { status: "uploading" });
    const job: UploadJob = { uploadId, table, id: this.#targets.get(uploadId)!, blob, name };
    const progress = { onProgress: (share: number) => this.#change(uploadId, { progress: share }), onProcessing: () => this.#change(uploadId, { progress: 1, status: "processing" as const }) };
    const outcome = await this.options.request(job, progress, stop.signal);
    if (this.#running.get(uploadId) === stop) this.#running.delete(uploadId);
    if (!stop.signal.aborted) this.#settle(uploadId, outcome);
    this.#startNext();
  }

  #settle(uploadId: string, outcome: UploadOutcome): void {
    switch (outcome.kind) {
      case "image":
        this.#change(uploadId, { status: "done", progress: 1, image: outcome.image });
        break;
      case "file":
        this.#change(uploadId, { status: "done", progress: 1, file: outcome.file });
        break;
      case "refused":
        return this.#change(uploadId, { status: "refused", problem: { code: outcome.code, message: outcome.message } });
      case "failed":
        return this.#change(uploadId, { status: "failed", problem: { code: "upload-broken-off", message: "" } });
      case "cancelled":
        return;
    }
    const done = this.#find(uploadId);
    if (done) this.options.onDone?.(done);
  }

  #find(uploadId: string): Upload | undefined {
    return this.#uploads.find((one) => one.uploadId === uploadId);
  }

  #change(uploadId: string, change: Partial<Upload>): void {
    this.#set(this.#uploads.map((one) => (one.uploadId === uploadId ? { ...one, ...change } : one)));
  }

  #drop(uploadIds: readonly string[]): void {
    const gone = new Set(uploadIds);
    for (const { uploadId, preview } of this.#uploads) if (gone.has(uploadId) && preview !== null) this.options.preview.drop(preview);
    for (const uploadId of gone) this.#targets.delete(uploadId);
    this.#set(this.#uploads.filter(({ uploadId }) => !gone.has(uploadId)));
  }

  #set(uploads: readonly Upload[]): void {
    this.#uploads = uploads;
    for (const listener of this.#listeners) listener();
  }
}
