/** One POST of something queued (a message, or a change of one), and its answer read. Never throws: a failure is an outcome. */
import { USER_HEADER } from "#app/config/user-header.ts";
import type { LiveEnvironment } from "./environment.ts";
import { isRecord } from "./live-event.ts";
import type { QueuedFile, QueuedMessage, Refusal } from "./queue-storage.ts";
import { retryAfterMs } from "./sync-request.ts";
import { uploadFiles, type Uploaded } from "./uploads/upload-files.ts";
import type { UploadRequest } from "./uploads/upload-request.ts";

/** Without an answer for so long the request is given up and repeated: `clientId` makes that safe. */
export const POST_LIMIT_MS = 15_000;

export type PostOutcome =
  | { kind: "accepted"; message: Accepted; refusedFiles?: { file: QueuedFile; refusal: Refusal }[] }
  /** For good: trying again as it is would change nothing. */
  | { kind: "refused"; refusal: Refusal }
  /** The network, or the server for now. */
  | { kind: "failed"; reason: string; retryAfterMs: number };

export interface Accepted {
  /** Of the message. */
  id: string;
  /** Of a change: how far the message's state is by then (`editedAt` of an edit, `reactionVersion` of a reaction). */
  reached?: number;
}

export type PostMessage = (message: QueuedMessage) => Promise<PostOutcome>;

/** Why a post failed: its author is not the one who is signed in now. */
export const NOT_SIGNED_IN = "not signed in";
const SIGNED_OUT_PAUSE_MS = 15_000;

/** Too early, too many, timed out: the same request may well be taken later. */
const PASSING = new Set([408, 425, 429]);

/** What is said when a refusal came without words of ours: from a proxy, say. */
const CODES: Record<number, string> = { 403: "forbidden", 404: "not-found", 409: "client-id-reused", 413: "too-large", 422: "invalid-input" };

/**
 * @param userId whose message it is: the server refuses it under anybody else's session
 * @param upload how the message's files go, before it; undefined where messages have none
 */
export function postMessage(env: Pick<LiveEnvironment, "fetch" | "after">, userId: string, upload?: UploadRequest): PostMessage {
  const post = postJson(env, userId);
  const uploaded: Uploaded = new Map();
  return async (message) => {
    if (!upload || !message.files?.length) return post(message, {});
    const sent = await uploadFiles(message, upload, uploaded);
    if (sent.kind === "failed") return failed(sent.reason);
    const { imageIds, fileIds, refused } = sent;
    const [first] = refused;
    if (first && imageIds.length + fileIds.length === 0 && message.body.trim() === "") return { kind: "refused", refusal: first.refusal };
    const outcome = await post(message, { imageIds, fileIds });
    // Kept here for longer than the server keeps what is not sent: they are uploaded again.
    if (outcome.kind === "refused" && outcome.refusal.code === "attachment-gone") {
      for (const { uploadId } of message.files) uploaded.delete(uploadId);
      return message.files.some(({ uploaded: before }) => before !== null) ? outcome : failed("files are gone");
    }
    return outcome.kind === "accepted" && refused.length > 0 ? { ...outcome, refusedFiles: refused } : outcome;
  };
}

const postJson =
  (env: Pick<LiveEnvironment, "fetch" | "after">, userId: string) =>
  async (queued: QueuedMessage, attached: { imageIds?: string[]; fileIds?: string[] }): Promise<PostOutcome> => {
    const giveUp = new AbortController();
    const cancelLimit = env.after(POST_LIMIT_MS, () => giveUp.abort());
    try {
      const response = await env.fetch(queued.change ? "/api/message-changes" : "/api/messages", {
        method: "POST",
        headers: { "Content-Type": "application/json", Accept: "application/json", [USER_HEADER]: userId },
        body: JSON.stringify({ ...requestOf(queued), ...attached }),
        credentials: "same-origin",
        redirect: "manual",
        signal: giveUp.signal,
      });
      if (response.ok) return readAccepted(await response.json());
      // Gone already, by another device or an answer that was lost: that is what was wanted.
      if (response.status === 404 && queued.change?.kind === "delete") return { kind: "accepted", message: { id: queued.change.messageId, reached: 0 } };
      // The session has ended, or is another person's: the message waits until its author signs in again.
      if (response.status === 401) return failed(NOT_SIGNED_IN, SIGNED_OUT_PAUSE_MS);
      if (response.status < 400 || response.status >= 500 || PASSING.has(response.status)) return failed(`status ${response.status}`, retryAfterMs(response));
      return { kind: "refused", refusal: readRefusal(response.status, await response.text()) };
    } catch (error) {
      // The network, an abort, or an answer that isn't JSON: whatever it was, the message is kept and tried again.
      if (error instanceof Error) return failed(error.message);
      throw error;
    } finally {
      cancelLimit();
    }
  };

const failed = (reason: string, retryAfter = 0): PostOutcome => ({ kind: "failed", reason, retryAfterMs: retryAfter });

function requestOf({ conversationId, clientId, body, change }: QueuedMessage): object {
  if (!change) return { conversationId, clientId, body };
  const { messageId, ...what } = change;
  return { conversationId, clientId, messageId, change: what };
}

function readAccepted(answer: unknown): PostOutcome {
  if (!isRecord(answer)) return failed("unreadable answer");
  const { message, messageId, reached } = answer;
  if (isRecord(message) && typeof message["id"] === "string") return { kind: "accepted", message: { id: message["id"] } };
  if (typeof messageId === "string" && typeof reached === "number") return { kind: "accepted", message: { id: messageId, reached } };
  return failed("unreadable answer");
}

function readRefusal(status: number, text: string): Refusal {
  const error = parse(text);
  const code = error["code"];
  return {
    code: typeof code === "string" ? code : (CODES[status] ?? "unavailable"),
    message: typeof error["message"] === "string" ? error["message"] : "",
    field: typeof error["field"] === "string" ? error["field"] : null,
  };
}

function parse(text: string): Record<string, unknown> {
  try {
    const answer: unknown = JSON.parse(text);
    return isRecord(answer) && isRecord(answer["error"]) ? answer["error"] : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
