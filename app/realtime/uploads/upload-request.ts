/** One upload and its answer. Never throws: a failure is an outcome. XMLHttpRequest, because fetch does not tell how much has gone out. */
import { USER_HEADER } from "#app/config/user-header.ts";
import type { FileData, ImageData, ImageTable } from "#app/domain/images/image.ts";
import type { Timers } from "#app/realtime/environment.ts";
import { isRecord } from "#app/realtime/live-event.ts";

/** What is uploaded, and for what. */
export interface UploadJob {
  uploadId: string;
  /** "files" is any file in a message; its `id` is the conversation's. */
  table: ImageTable | "files";
  id: string;
  blob: Blob;
  name: string;
}

export type UploadOutcome =
  | { kind: "image"; image: ImageData }
  | { kind: "file"; file: FileData }
  /** For good: the same file again would be refused again. `message` is translated, "" where a proxy answered. */
  | { kind: "refused"; code: string; message: string }
  /** The network, or the server for now. */
  | { kind: "failed"; reason: string }
  | { kind: "cancelled" };

export interface UploadProgress {
  /** 0 to 1 of the bytes; it only rises. */
  onProgress: (share: number) => void;
  /** All bytes are out: the server looks at them. */
  onProcessing: () => void;
}

export type UploadRequest = (job: UploadJob, progress: UploadProgress, signal: AbortSignal) => Promise<UploadOutcome>;

/** With no byte moving for so long the connection is given up: an upload can be repeated under its key. */
export const STALLED_AFTER_MS = 30_000;
/** Decoding a large picture takes a while, and others may stand before it. */
const ANSWER_WITHIN_MS = 120_000;
const PASSING = new Set([401, 408, 425, 429]);

/** @param userId whose upload it is; undefined where the page itself is the proof */
export const uploadByXhr =
  ({ after }: Pick<Timers, "after">, userId?: string): UploadRequest =>
  (job, { onProgress, onProcessing }, signal) =>
    new Promise((resolve) => {
      const xhr = new XMLHttpRequest();
      let cancelPatience = () => {};
      const expect = (ms: number) => {
        cancelPatience();
        cancelPatience = after(ms, () => xhr.abort());
      };
      const settle = (outcome: UploadOutcome) => {
        cancelPatience();
        signal.removeEventListener("abort", abort);
        resolve(outcome);
      };
      const abort = () => {
        xhr.abort();
        settle({ kind: "cancelled" });
      };
      if (signal.aborted) return settle({ kind: "cancelled" });
      signal.addEventListener("abort", abort);

      let highest = 0;
      xhr.upload.addEventListener("progress", ({ loaded, total, lengthComputable }) => {
        expect(STALLED_AFTER_MS);
        if (!lengthComputable || total === 0) return;
        highest = Math.max(highest, loaded / total);
        onProgress(highest);
      });
      xhr.upload.addEventListener("load", () => {
        expect(ANSWER_WITHIN_MS);
        onProcessing();
      });
      xhr.addEventListener("load", () => settle(readOutcome(xhr.status, xhr.responseText)));
      xhr.addEventListener("error", () => settle({ kind: "failed", reason: "no connection" }));
      xhr.addEventListener("abort", () => settle({ kind: "failed", reason: "stalled" }));
      xhr.open("POST", uploadAddress(job));
      xhr.setRequestHeader("Accept", "application/json");
      if (userId !== undefined) xhr.setRequestHeader(USER_HEADER, userId);
      expect(STALLED_AFTER_MS);
      xhr.send(uploadForm(job));
    });

/** The same without news of how far it is, for the service worker. */
export const uploadByFetch =
  (ask: typeof fetch, userId: string): UploadRequest =>
  async (job, _progress, signal) => {
    try {
      const answer = await ask(uploadAddress(job), { method: "POST", body: uploadForm(job), headers: { Accept: "application/json", [USER_HEADER]: userId }, credentials: "same-origin", redirect: "manual", signal });
      return readOutcome(answer.status, await answer.text());
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      return signal.aborted ? { kind: "cancelled" } : { kind: "failed", reason: error.message };
    }
  };

const uploadAddress = ({ table }: UploadJob) => (table === "files" ? "/api/files" : "/api/images");

/** Fields first: the server reads them before the bytes. */
function uploadForm({ table, id, uploadId, blob, name }: UploadJob): FormData {
  const form = new FormData();
  if (table !== "files") form.set("table", table);
  form.set("id", id);
  form.set("uploadId", uploadId);
  form.set("file", blob, name);
  return form;
}

export function readOutcome(status: number, text: string): UploadOutcome {
  const answer = parse(text);
  const { image, file, error } = answer;
  if (status >= 200 && status < 300 && isRecord(image) && typeof image["id"] === "string") return { kind: "image", image: image as unknown as ImageData };
  if (status >= 200 && status < 300 && isRecord(file) && typeof file["id"] === "string") return { kind: "file", file: file as unknown as FileData };
  if (status < 400 || status >= 500 || PASSING.has(status)) return { kind: "failed", reason: `status ${status}` };
  const code = isRecord(error) && typeof error["code"] === "string" ? error["code"] : status === 413 ? "too-large" : "unavailable";
  // Cut on the way: the same file may well be taken.
  if (code === "upload-broken-off") return { kind: "failed", reason: code };
  return { kind: "refused", code, message: isRecord(error) && typeof error["message"] === "string" ? error["message"] : "" };
}

function parse(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    return isRecord(answer) ? answer : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
