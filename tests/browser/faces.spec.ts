/** One's face: set in the settings, on others' open screens at once, and taken away again (A4, F1). */
import path from "node:path";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { photo } from "#tests/support/uploads.ts";
import { connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => {
  roost = await startRoost();
});
test.afterAll(() => roost?.stop());

/** For people to look at (test-results/browser/screens): `PICTURES=1 npx playwright test faces`. */
const pictures = process.env["PICTURES"] === "1";
const FACE = 'img[src*="/images/"]';

test("a new face shows without a reload in an open chat, its header and its list; taken away, initials stand there again", async ({ browser }) => {
  const mona = await signedIn(browser, roost.url, PARENT, { colorScheme: "light", viewport: { width: 1440, height: 900 } });
  const adam = await signedIn(browser, roost.url, OTHER, { locale: "ar", colorScheme: "dark", viewport: { width: 360, height: 780 } });
  const chat = await openParentsChat(mona.page);
  await postMessage(adam.context.request, roost.url, chat, "Look at me");
  await connected(mona.page);
  const bubble = mona.page.locator("[data-message]", { hasText: "Look at me" });
  await expect(bubble).toBeVisible();
  await expect(mona.page.locator(FACE)).toHaveCount(0);

  await adam.page.goto("/settings");
  const form = adam.page.locator("form.image-upload");
  await form.locator('input[type="file"]').setInputFiles({ name: "me.jpg", mimeType: "image/jpeg", buffer: await photo(400, 300) });
  const remove = adam.page.locator('form:has(input[value="picture-remove"]) button');
  await expect(remove).toBeVisible();
  await expect(form.locator(FACE)).toBeVisible();

  const header = mona.page.locator("header").locator(FACE);
  await expect(header.first()).toBeVisible();
  // Beside the bubbles, in the header, in the list: each with its size known before it loads.
  const faces = mona.page.locator(`${FACE}:visible`);
  expect(await faces.count()).toBeGreaterThanOrEqual(3);
  for (const face of await faces.all()) {
    expect([await face.getAttribute("width"), await face.getAttribute("height")]).toEqual([expect.stringMatching(/^\d+$/), expect.stringMatching(/^\d+$/)]);
    await expect.poll(() => face.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBe(160);
  }
  if (pictures) {
    const screen = async (page: typeof mona.page, name: string) => page.screenshot({ path: path.join("test-results/browser/screens", `faces-${name}.png`) });
    await screen(mona.page, "chat-en-light-1440");
    await screen(adam.page, "settings-ar-dark-360");
    await adam.page.goto(`/chats/${chat}`);
    await screen(adam.page, "chat-ar-dark-360");
    await adam.page.goto("/settings");
  }

  await remove.click();
  await expect(remove).toHaveCount(0);
  await expect(form.locator("img")).toHaveCount(0);
  await expect(mona.page.locator(FACE)).toHaveCount(0);
  await Promise.all([mona, adam].map(({ context }) => context.close()));
});

test("a child's face that is set or taken away in another window shows in an editor that stands open, also where one was set before", async ({ browser }) => {
  const mona = await signedIn(browser, roost.url, PARENT);
  const elsewhere = await mona.context.newPage();
  const pages = [mona.page, elsewhere];
  for (const page of pages) {
    await page.goto("/family/people");
    await connected(page);
    // Of the first child only: its editor is open and stays so.
    await page.locator("details.family-row", { has: page.locator("form.image-upload") }).first().locator("summary").first().click();
    await expect(page.locator("form.image-upload").first()).toBeVisible();
  }
  const editor = (page: (typeof pages)[number]) => page.locator("details.family-row[open]");
  const shown = (page: (typeof pages)[number]) => editor(page).locator(`form.image-upload ${FACE}`);
  const give = async (page: (typeof pages)[number], width: number) => editor(page).locator('form.image-upload input[type="file"]').setInputFiles({ name: "child.jpg", mimeType: "image/jpeg", buffer: await photo(width, 300) });
  const stemOf = async (page: (typeof pages)[number]) => /\/images\/([0-9a-f]{32}-[0-9a-f]{20})/.exec((await shown(page).getAttribute("src", { timeout: 500 }).catch(() => null)) ?? "")?.[1];
  /** Waits until both show the same face, another than before. @returns its stem */
  const agreed = async (before: string | undefined) => {
    const stems = () => Promise.all(pages.map(stemOf));
    await expect
      .poll(async () => {
        const [one, other] = await stems();
        return one !== undefined && one !== before && one === other;
      })
      .toBe(true);
    return (await stems())[0];
  };
  await give(elsewhere, 400);
  await expect(shown(elsewhere)).toBeVisible();
  const first = await agreed(undefined);
  // The other way round: this window set the one before, and shows the newer one all the same.
  await give(mona.page, 500);
  await agreed(first);
  await editor(mona.page).locator('form:has(input[value="picture-remove"]) button').click();
  for (const page of pages) await expect(shown(page)).toHaveCount(0);
  await Promise.all(pages.map((page) => expect(editor(page)).toHaveCount(1)));
  await mona.context.close();
});
