/** Pictures and files in a chat: several at once, slowly, cut off, offline, pasted, dropped, and without a script. Covers B10, F1, D4, D5. */
import { readdirSync } from "node:fs";
import path from "node:path";
import type { CDPSession, Locator, Page } from "@playwright/test";
import { openDatabase, type Database } from "#db/database.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { startTcpProxy, type TcpProxy } from "#tests/support/tcp-proxy.ts";
import { noise, photo } from "#tests/support/uploads.ts";
import { connected, openParentsChat, OTHER, PARENT, signedIn } from "./household.ts";
import { onScreen, write } from "./offline-probes.ts";
import { expect, test } from "./test.ts";
import { until } from "./until.ts";

const BYTES_PER_SECOND = 50_000;

let roost: Roost;
let db: Database;
/** Between the sender and the app. */
let proxy: TcpProxy;
test.beforeAll(async () => {
  roost = await startRoost();
  db = await openDatabase(roost.databaseUrl);
  proxy = await startTcpProxy({ host: "127.0.0.1", port: Number(new URL(roost.url).port) });
});
test.afterAll(async () => {
  await proxy.stop();
  await db.close();
  await roost.stop();
});

const chosen = (page: Page, status: string) => page.locator(`[data-upload="${status}"]`);
const choose = (page: Page, ...files: { name: string; mimeType: string; buffer: Buffer }[]) => page.locator("[data-attach]").setInputFiles(files);
const jpeg = async (name: string, width = 300, height = 200) => ({ name, mimeType: "image/jpeg", buffer: await photo(width, height) });
/** About so many bytes, which nothing on their way makes fewer. */
const heavyPicture = async (name: string, edge: number) => ({ name, mimeType: "image/png", buffer: await noise(edge, edge) });

async function attachmentsOf(body: string): Promise<{ images: { url: string }[]; files: { name: string }[] }[]> {
  const rows = await db.all<{ attachments: string }>("SELECT attachments FROM messages WHERE body = ?", [body]);
  return rows.map(({ attachments }) => JSON.parse(attachments) as { images: { url: string }[]; files: { name: string }[] });
}
const counted = async () => (await db.all<{ images: number; files: number }>("SELECT (SELECT count(*) FROM images) AS images, (SELECT count(*) FROM files) AS files"))[0]!;
const uploads = () => path.join(roost.dataDir, "uploads");
const arriving = () => readdirSync(path.join(uploads(), "arriving")).length;
const lying = () => readdirSync(uploads(), { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile()).length;

const sizesOnScreen = (pictures: Locator) => pictures.evaluateAll((all) => all.map((one) => [Math.round(one.getBoundingClientRect().width), Math.round(one.getBoundingClientRect().height)]));
const loaded = (pictures: Locator) => pictures.evaluateAll((all) => all.length > 0 && all.every((one) => (one as HTMLImageElement).complete && (one as HTMLImageElement).naturalWidth > 0));

/** So fast the page's uploads go out; -1: as fast as they can. */
const slow = (devtools: CDPSession, bytesPerSecond: number) => devtools.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytesPerSecond });

test("five chosen, one of them no picture: four go, the fifth stays and says why; their places stand before they load", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT);
  const other = await signedIn(browser, roost.url, OTHER, { serviceWorkers: "block" });
  // The other one's pictures do not come until they are let through.
  let asked = 0;
  let letThrough = () => {};
  const gate = new Promise<void>((resolve) => (letThrough = resolve));
  await other.page.route(/\/files\/[^/]*\.webp$/, async (route) => {
    asked++;
    await gate;
    await route.continue();
  });
  await openParentsChat(other.page);
  await openParentsChat(page);
  await connected(other.page);

  await choose(page, await jpeg("sea.jpg"), await jpeg("hill.jpg", 200, 300), await jpeg("قطة.jpg"), { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("notes") }, { name: "cat.jpg", mimeType: "image/jpeg", buffer: Buffer.from("<html><script>alert(1)</script>") });
  // Shown at once, from the device; what it cannot show looks like any file, never like a broken picture.
  await expect(page.locator("svg.chosen-preview")).toHaveCount(2);
  await expect(page.locator("img.chosen-preview")).toHaveCount(3);
  await expect(chosen(page, "done")).toHaveCount(4);
  await expect(chosen(page, "refused")).toHaveText(/cat\.jpg.*This is not a picture/);
  await expect.poll(() => loaded(page.locator('[data-upload="done"] img.chosen-preview'))).toBe(true);
  await write(page, "#five");
  await expect(onScreen(page, "#five", "sent").or(onScreen(page, "#five", "read"))).toBeVisible();
  await expect(page.locator("[data-upload]")).toHaveCount(1);
  await expect(chosen(page, "refused")).toContainText("cat.jpg");
  await page.getByRole("button", { name: "Remove cat.jpg" }).click();
  await expect(page.locator("[data-upload]")).toHaveCount(0);

  // One alone has its own shape: tall, as a telephone takes it.
  await choose(page, await jpeg("tall.jpg", 900, 2_000));
  await write(page, "#one");
  const bubbles = { five: other.page.locator("[data-message]", { hasText: "#five" }), one: other.page.locator("[data-message]", { hasText: "#one" }) };
  await expect(bubbles.five.locator("img")).toHaveCount(3);
  await expect(bubbles.five.getByRole("link", { name: /notes\.txt/ })).toBeVisible();
  await expect(bubbles.one.locator("img")).toHaveCount(1);
  const pictures = other.page.locator("[data-message]", { hasText: /#five|#one/ }).locator("img");
  await until(() => asked >= 4, { what: "the pictures to be asked for" });
  expect(await loaded(pictures)).toBe(false);
  const before = await sizesOnScreen(pictures);
  letThrough();
  await expect.poll(() => loaded(pictures)).toBe(true);
  expect(await sizesOnScreen(pictures)).toEqual(before);
  for (const [width = 0, height = 0] of before) expect(Math.min(width, height)).toBeGreaterThan(60);
  // The shape that it was taken in, not cut and not in a frame.
  const [width = 0, height = 0] = before.at(-1)!;
  expect(Math.abs(width / height - 900 / 2_000)).toBeLessThan(0.02);
  expect((await attachmentsOf("#five")).map(({ images, files }) => [images.length, files.map(({ name }) => name)])).toEqual([[3, ["notes.txt"]]]);
});

test("at 50 KB/s: progress only rises, then the server looks; cancelled in the middle nothing is left; cut off and tried again it is one", async ({ browser }) => {
  const { context, page } = await signedIn(browser, `http://127.0.0.1:${proxy.port}`, PARENT);
  await openParentsChat(page);
  const devtools = await context.newCDPSession(page);
  await devtools.send("Network.enable");
  await slow(devtools, BYTES_PER_SECOND);
  const before = { ...(await counted()), lying: lying() };
  await page.evaluate(() => {
    const seen: { status: string; value: number | null }[] = [];
    Object.assign(window, { seen });
    const note = () => seen.push(...[...document.querySelectorAll<HTMLElement>("[data-upload]")].map((one) => ({ status: one.dataset["upload"]!, value: one.querySelector("progress")?.value ?? null })));
    new MutationObserver(note).observe(document.querySelector("#compose")!, { subtree: true, childList: true, attributes: true });
  });
  await choose(page, await heavyPicture("slow.png", 220));
  await expect(chosen(page, "done")).toBeVisible({ timeout: patient(30_000) });
  const seen = await page.evaluate(() => (window as unknown as { seen: { status: string; value: number | null }[] }).seen);
  const values = seen.flatMap(({ value }) => value ?? []);
  expect(values).toEqual(values.toSorted((a, b) => a - b));
  expect(new Set(values.filter((value) => value > 0 && value < 100)).size).toBeGreaterThanOrEqual(3);
  expect([...new Set(seen.map(({ status }) => status))].filter((status) => status !== "waiting")).toEqual(["uploading", "processing", "done"]);
  // Taken back although it has arrived.
  await page.getByRole("button", { name: "Remove slow.png" }).click();
  await until(async () => (await counted()).images === before.images, { what: "it to be forgotten" });

  // In the middle.
  await choose(page, await heavyPicture("stopped.png", 500));
  await until(() => arriving() === 1, { what: "it to arrive" });
  await expect.poll(() => page.locator("progress").evaluate((bar) => (bar as HTMLProgressElement).value)).toBeGreaterThan(0);
  await page.getByRole("button", { name: "Remove stopped.png" }).click();
  await expect(page.locator("[data-upload]")).toHaveCount(0);
  await until(() => arriving() === 0, { what: "what had arrived to be gone" });
  expect(await counted()).toEqual({ images: before.images, files: before.files });

  // Cut off.
  await choose(page, await heavyPicture("cut.png", 300));
  await until(() => arriving() === 1, { what: "it to arrive" });
  await proxy.refuse();
  proxy.reset();
  await expect(chosen(page, "failed")).toContainText("The connection ended");
  await until(() => arriving() === 0, { what: "what had arrived to be gone" });
  await proxy.heal();
  await slow(devtools, -1);
  await page.getByRole("button", { name: "Try cut.png again" }).click();
  await expect(chosen(page, "done")).toBeVisible();
  await write(page, "#cut");
  await until(async () => (await attachmentsOf("#cut")).length === 1, { what: "it to be sent" });
  expect((await attachmentsOf("#cut"))[0]!.images).toHaveLength(1);
  expect(await counted()).toEqual({ images: before.images + 1, files: before.files });
  // Of all three only this one lies in the store, in its two sizes.
  await until(() => lying() === before.lying + 2, { timeout: 25_000, what: "the store to hold nothing else" });
});

test("pasted and dropped; written offline it waits with its picture, and goes out once", async ({ browser }) => {
  const { context, page } = await signedIn(browser, roost.url, PARENT);
  await openParentsChat(page);
  const before = await counted();
  const give = async (how: "paste" | "drop", ...files: { name: string; mimeType: string; buffer: Buffer }[]) =>
    page.evaluate(
      ([kind, given]) => {
        const transfer = new DataTransfer();
        for (const { name, type, base64 } of given) transfer.items.add(new File([Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))], name, { type }));
        const field = document.querySelector("#body")!;
        if (kind === "paste") return void field.dispatchEvent(new ClipboardEvent("paste", { clipboardData: transfer, bubbles: true, cancelable: true }));
        // Anywhere over the chat.
        const bubble = document.querySelector("[data-message]") ?? field;
        bubble.dispatchEvent(new DragEvent("dragover", { dataTransfer: transfer, bubbles: true, cancelable: true }));
        bubble.dispatchEvent(new DragEvent("drop", { dataTransfer: transfer, bubbles: true, cancelable: true }));
      },
      [how, files.map(({ name, mimeType, buffer }) => ({ name, type: mimeType, base64: buffer.toString("base64") }))] as const,
    );
  await give("paste", await jpeg("pasted.jpg"));
  await expect(chosen(page, "done")).toHaveCount(1);
  await give("drop", await jpeg("dropped.jpg"), { name: "dropped.zip", mimeType: "application/zip", buffer: Buffer.from("PK") });
  await expect(chosen(page, "done")).toHaveCount(3);
  await expect(page.locator(".composer-over")).toHaveCount(0);
  await write(page, "#given");
  await until(async () => (await attachmentsOf("#given")).length === 1, { what: "it to be sent" });
  expect((await attachmentsOf("#given")).map(({ images, files }) => [images.length, files.map(({ name }) => name)])).toEqual([[2, ["dropped.zip"]]]);

  await context.setOffline(true);
  await choose(page, await jpeg("offline.jpg", 1_200, 900));
  await write(page, "#offline");
  const waiting = onScreen(page, "#offline", "sending");
  await expect(waiting).toBeVisible();
  await expect.poll(() => loaded(waiting.locator("img"))).toBe(true);
  const offline = page.locator("[data-message]", { hasText: "#offline" });
  const boxes = async () => [await sizesOnScreen(offline.locator(".attached-picture")), await sizesOnScreen(offline.locator("img"))];
  await expect.poll(boxes).toEqual([[[352, 264]], [[352, 264]]]);
  expect(await attachmentsOf("#offline")).toEqual([]);
  await context.setOffline(false);
  await expect(onScreen(page, "#offline", "sent").or(onScreen(page, "#offline", "read"))).toBeVisible({ timeout: patient(20_000) });
  await expect(offline.locator('img[src^="/files/"]')).toHaveCount(1);
  // The server's takes exactly its place.
  expect(await boxes()).toEqual([[[352, 264]], [[352, 264]]]);
  expect((await attachmentsOf("#offline")).map(({ images }) => images.length)).toEqual([1]);
  expect(await counted()).toEqual({ images: before.images + 3, files: before.files + 1 });
});

test("in a narrow window: what is sent stays where it stood, to the pixel, picture and words alike", async ({ browser }) => {
  const { context, page } = await signedIn(browser, roost.url, PARENT, { viewport: { width: 360, height: 780 }, serviceWorkers: "block" });
  await openParentsChat(page);
  await connected(page);
  const held: (() => void)[] = [];
  await page.route("**/api/messages", async (route) => {
    await new Promise<void>((resolve) => held.push(resolve));
    await route.continue();
  });
  const WORDS = `#still ${"as many words as it takes to fill more than one line ".repeat(3)}`;
  const places = (message: Locator) => message.evaluate((bubble) => [bubble, ...bubble.querySelectorAll("p, .attached-picture, .attached-picture img")].map((one) => ((box) => [one.tagName === "A" ? "SPAN" : one.tagName, box.x, box.y, box.width, box.height])(one.getBoundingClientRect())));
  for (const [text, withPicture] of [[WORDS, false], ["#wide", true]] as const) {
    if (withPicture) {
      await choose(page, await jpeg("wide.jpg", 1_600, 1_000));
      await expect(chosen(page, "done")).toHaveCount(1);
    }
    await write(page, text);
    const waiting = onScreen(page, text.slice(0, 6), "sending");
    await expect(waiting).toBeVisible();
    if (withPicture) await expect.poll(() => loaded(waiting.locator("img"))).toBe(true);
    // It has risen into its place, and the list has followed it to its end.
    await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === "finished"));
    const before = await places(waiting);
    expect(before).toHaveLength(withPicture ? 4 : 2);
    await expect.poll(() => held.length).toBe(1);
    held.pop()!();
    const sent = onScreen(page, text.slice(0, 6), "sent").or(onScreen(page, text.slice(0, 6), "read"));
    await expect(sent).toBeVisible();
    await expect(sent.locator('img[src^="/files/"]')).toHaveCount(withPicture ? 1 : 0);
    expect(await places(sent)).toEqual(before);
    if (withPicture) {
      await expect.poll(() => loaded(sent.locator("img"))).toBe(true);
      expect(await places(sent)).toEqual(before);
    }
  }
  await context.close();
});

test("names of files: in their own direction, and where there is no room never without their ending; what cannot be shown waits as a file", async ({ browser }) => {
  const { context, page } = await signedIn(browser, roost.url, PARENT, { viewport: { width: 360, height: 780 } });
  await openParentsChat(page);
  const LATIN = "minutes-of-the-meeting-of-the-whole-household-in-spring.docx";
  const ARABIC = "محضر اجتماع أهل البيت كلهم في الربيع وما اتفقوا عليه.docx";
  const SHORT = "قائمة.pdf";
  const paper = (name: string) => ({ name, mimeType: "application/octet-stream", buffer: Buffer.from(name) });
  /** Of each name: its direction, whether its end is seen whole within its place and the screen, and at which side its beginning stands. */
  const names = (within: Locator) =>
    within.locator(".file-name").evaluateAll((all) =>
      all.map((one) => {
        const [place, ending] = [one.getBoundingClientRect(), one.lastElementChild!];
        const end = ending.getBoundingClientRect();
        const begin = one.firstElementChild!.getBoundingClientRect();
        const isWhole = ending.scrollWidth <= ending.clientWidth && end.left >= Math.max(0, place.left - 1) && end.right <= Math.min(innerWidth, place.right + 1);
        return [ending.textContent, getComputedStyle(one).direction, isWhole, Math.abs(begin.left - place.left) < 1 ? "left" : Math.abs(begin.right - place.right) < 1 ? "right" : "between", one.firstElementChild!.scrollWidth > one.firstElementChild!.clientWidth];
      }),
    );
  const expected = [
    [".docx", "ltr", true, "left", true],
    [".docx", "rtl", true, "right", true],
    [".pdf", "rtl", true, "right", false],
  ];
  await context.setOffline(true);
  await choose(page, paper(LATIN), paper(ARABIC), paper(SHORT));
  // What is chosen is read before it stands there.
  await expect.poll(() => names(page.locator(".chosen-attachments"))).toEqual(expected);
  await choose(page, await jpeg("wide.jpg", 1_600, 1_000), { name: "unseen.avif", mimeType: "image/avif", buffer: Buffer.from("no picture") });
  await write(page, "#names");
  const waiting = onScreen(page, "#names", "sending");
  await expect(waiting.locator(".attached-file")).toHaveCount(4);
  // The picture is within its bubble, in its own shape.
  await expect.poll(() => loaded(waiting.locator("img"))).toBe(true);
  const [[width = 0, height = 0] = []] = await sizesOnScreen(waiting.locator("img"));
  const room = await waiting.evaluate((bubble) => bubble.clientWidth - 2 * parseFloat(getComputedStyle(bubble).paddingLeft));
  expect([Math.abs(width - room) <= 1, Math.abs(width / height - 1.6) < 0.02]).toEqual([true, true]);
  expect((await names(waiting)).slice(0, 3)).toEqual(expected);
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(360);
  for (const name of [LATIN, ARABIC]) await expect(waiting.getByTitle(name)).toHaveText(name);
  await context.close();
});

test("without JavaScript: a plain form takes a picture and a file", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT, { javaScriptEnabled: false });
  await openParentsChat(page);
  await page.locator('input[type="file"][name="file"]').setInputFiles([await jpeg("plain.jpg"), { name: "plain.txt", mimeType: "text/plain", buffer: Buffer.from("plain") }]);
  await page.locator('textarea[name="body"]').fill("#plain");
  await page.locator('form:has(textarea[name="body"]) button[type="submit"]').click();
  const bubble = page.frameLocator("iframe").locator("[data-message]", { hasText: "#plain" });
  await expect(bubble.getByRole("img", { name: "Picture from" })).toBeVisible();
  await expect(bubble.getByRole("link", { name: /plain\.txt/ })).toHaveAttribute("download", "plain.txt");
  // What cannot be taken is said on the page.
  await page.locator('textarea[name="body"]').fill("");
  const [answer] = await Promise.all([page.waitForResponse((response) => response.request().method() === "POST"), page.locator('form:has(textarea[name="body"]) button[type="submit"]').click()]);
  expect(answer.status()).toBe(422);
});
