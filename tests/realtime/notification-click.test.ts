/** A click on a notification opens and focuses its chat, whatever is open. Covers B9. */
import { expect, test } from "vitest";
import { OPENED } from "#app/realtime/offline/worker-messages.ts";
import { openFrom } from "#app/service-worker/notification-click.ts";
import type { WindowClient } from "#app/service-worker/scope.ts";

const ORIGIN = "https://roost.test";
const CHAT = `/chats/${"a".repeat(32)}`;

interface PageOptions {
  visible?: boolean;
  /** Whether the page takes itself where it is asked to. */
  answers?: boolean;
  /** Whether the worker may lead it. */
  controlled?: boolean;
}

function desk(...paths: [string, PageOptions?][]) {
  const done: string[] = [];
  const pages: WindowClient[] = paths.map(([path, { visible = false, answers = true, controlled = true } = {}]) => {
    const page: WindowClient = {
      url: ORIGIN + path,
      focused: false,
      visibilityState: visible ? "visible" : "hidden",
      focus: async () => (done.push(`focus ${path}`), page),
      navigate: async (url) => {
        if (!controlled) throw new TypeError("not controlled");
        done.push(`navigate ${path} to ${new URL(url).pathname}`);
        return page;
      },
      postMessage: (message, transfer) => {
        done.push(`ask ${path} for ${(message as { path: string }).path}`);
        if (answers) (transfer![0] as MessagePort).postMessage(OPENED);
      },
    };
    return page;
  });
  const clients = { claim: async () => {}, get: async () => undefined, matchAll: async () => pages, openWindow: async (url: string) => (done.push(`open ${url}`), null) };
  const click = (data: unknown = { path: CHAT }) => openFrom({ data, close: () => void done.push("close") }, { clients, location: { href: `${ORIGIN}/sw.js` } }, (_ms, run) => void setImmediate(() => setImmediate(run)));
  return { done, click };
}

test("a page that shows the chat comes to the front, and stays as it is", async () => {
  const { done, click } = desk(["/settings", { visible: true }], [CHAT]);
  await click();
  expect(done).toEqual(["close", `focus ${CHAT}`]);
});

test("another page is asked to go there: a visible one first", async () => {
  const { done, click } = desk(["/"], ["/settings", { visible: true }]);
  await click();
  expect(done).toEqual(["close", "focus /settings", `ask /settings for ${CHAT}`]);
});

test("a page that doesn't answer is taken there by the browser", async () => {
  const { done, click } = desk(["/", { answers: false }]);
  await click();
  expect(done).toEqual(["close", "focus /", `ask / for ${CHAT}`, `navigate / to ${CHAT}`]);
});

test("one that can't be led stays, and a new one opens", async () => {
  const { done, click } = desk(["/", { answers: false, controlled: false }]);
  await click();
  expect(done.at(-1)).toBe(`open ${CHAT}`);
});

test("no page is open: a new one", async () => {
  const { done, click } = desk();
  await click();
  expect(done).toEqual(["close", `open ${CHAT}`]);
});

test.each([[null], ["text"], [{}], [{ path: 7 }], [{ path: "https://evil.test/" }], [{ path: "//evil.test" }], [{ path: "/chats/?x=javascript:1" }]])("what names no page of ours opens the first one: %j", async (data) => {
  const { done, click } = desk();
  await click(data);
  expect(done).toEqual(["close", "open /"]);
});
