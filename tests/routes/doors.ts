/** Every door of a conversation, and what an answer there tells with all taken out that always differs. */
import { newId } from "#app/domain/ids.ts";
import type { TestBrowser } from "#tests/support/http.ts";
import { uploadForm } from "#tests/support/uploads.ts";

/** The smallest picture there is. */
const PIXEL = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAIAAACQd1PeAAAADElEQVR4nGNYEGAAAAK0ASGCjOwdAAAAAElFTkSuQmCC", "base64");

const upload = (browser: TestBrowser, door: string, fields: Record<string, string>, bytes: Uint8Array, name: string) =>
  browser.send(door, { method: "POST", body: uploadForm({ ...fields, uploadId: newId() }, bytes, name), headers: { origin: browser.origin } });

export interface Chat {
  id: string;
  channel: string;
  messageId: string;
}

export type Door = [string, (browser: TestBrowser, chat: Chat) => Promise<Response>];

export const DOORS: Door[] = [
  ["page", (browser, { id }) => browser.get(`/chats/${id}`)],
  ["page of the past", (browser, { id }) => browser.get(`/chats/${id}?before=2`)],
  ["feed", (browser, { id }) => browser.get(`/chats/${id}/feed`)],
  ["loader data", (browser, { id }) => browser.get(`/chats/${id}.data`)],
  ["feed's data", (browser, { id }) => browser.get(`/chats/${id}/feed.data`)],
  ["info", (browser, { id }) => browser.get(`/chats/${id}/info`)],
  ["info's data", (browser, { id }) => browser.get(`/chats/${id}/info.data`)],
  // The parent's loader is not asked: its check protects nothing here.
  ["info's data alone", (browser, { id }) => browser.get(`/chats/${id}/info.data?${new URLSearchParams({ _routes: "routes/chats.$id.info" })}`)],
  ["send by form", (browser, { id }) => browser.post(`/chats/${id}`, { intent: "send", clientId: newId(), body: "let me in" })],
  ["send by script's form", (browser, { id }) => browser.post(`/chats/${id}.data`, { intent: "send", clientId: newId(), body: "let me in" })],
  ["read by form", (browser, { id, messageId }) => browser.post(`/chats/${id}`, { intent: "read", upTo: messageId })],
  ["edit by form", (browser, { id, messageId }) => browser.post(`/chats/${id}`, { intent: "edit", messageId, body: "forged" })],
  ["react by form", (browser, { id, messageId }) => browser.post(`/chats/${id}`, { intent: "react", messageId, emoji: "👍" })],
  ["edit by JSON", (browser, { id, messageId }) => browser.postJson("/api/message-changes", { conversationId: id, clientId: newId(), messageId, change: { kind: "edit", body: "forged too" } })],
  ["react by JSON", (browser, { id, messageId }) => browser.postJson("/api/message-changes", { conversationId: id, clientId: newId(), messageId, change: { kind: "react", emoji: "👍", on: false } })],
  ["delete by form", (browser, { id, messageId }) => browser.post(`/chats/${id}`, { intent: "delete", messageId })],
  ["message's page", (browser, { id, messageId }) => browser.get(`/chats/${id}/message/${messageId}`)],
  ["notify by form", (browser, { id }) => browser.post(`/chats/${id}`, { intent: "notify", level: "none" })],
  ["send by JSON", (browser, { id }) => browser.postJson("/api/messages", { conversationId: id, clientId: newId(), body: "let me in" })],
  ["read by JSON", (browser, { id, messageId }) => browser.postJson("/api/reads", { conversationId: id, upTo: messageId })],
  ["typing", (browser, { id }) => browser.postJson("/api/typing", { conversationId: id, state: "start" })],
  ["picture for a message", (browser, { id }) => upload(browser, "/api/images", { table: "messages", id }, PIXEL, "x.png")],
  ["file for a message", (browser, { id }) => upload(browser, "/api/files", { id }, Buffer.from("let me in"), "x.txt")],
  ["channel", (browser, { channel }) => browser.post("/api/pusher/auth", { socket_id: "123.456", channel_name: channel })],
];

/** Those that only a room has. */
export const roomDoors = (userId: string): Door[] => [
  ["presence channel", (browser, { channel }) => browser.post("/api/pusher/auth", { socket_id: "123.456", channel_name: channel.replace("private-", "presence-") })],
  ["join", (browser, { id }) => browser.post("/chats", { intent: "join", conversationId: id })],
  ["invite", (browser, { id }) => browser.post(`/chats/${id}`, { intent: "invite", userId })],
  ["remove", (browser, { id }) => browser.post(`/chats/${id}`, { intent: "remove-member", userId })],
  ["leave", (browser, { id }) => browser.post(`/chats/${id}`, { intent: "leave" })],
];

export async function told(answer: Response, chat: Chat) {
  const body = (await answer.text())
    .replaceAll(chat.id, "ID")
    .replaceAll(chat.messageId, "MESSAGE")
    .replaceAll(chat.channel, "CHANNEL")
    .replaceAll(/nonce="[^"]*"/g, "")
    .replaceAll(/[0-9a-f]{32}/g, "SOME-ID")
    .replaceAll(/\d{9,}|eyJ[\w-]+|"cursor\\?",\\?"[\w-]+/g, "N")
    // Times that are the same are written once: whether two are, is chance, and moves the numbers of all that follows.
    .replaceAll(/N\\?"?,/g, "")
    .replaceAll(/\d+/g, "");
  return { status: answer.status, type: answer.headers.get("content-type"), length: body.length };
}
