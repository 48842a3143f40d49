/** What is done with messages that are there: reactions, edits, deletions, mentions, live and offline. Covers B12, D4, D5. */
import type { Page } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { photo } from "#tests/support/uploads.ts";
import { connected, openParentsChat, OTHER, PARENT, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

test.describe.configure({ mode: "serial" });
let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const bubble = (page: Page, text: string) => page.locator("li", { has: page.locator("[data-message]", { hasText: text }) }).last();
const openMenu = async (page: Page, text: string) => {
  await bubble(page, text).hover();
  await bubble(page, text).locator("[data-message-more]").click();
};

test("reactions, an edit and a deletion reach the other's screen live, by mouse and by keyboard, and the focus is never lost", async ({ browser }) => {
  const parent = await signedIn(browser, roost.url, PARENT);
  const other = await signedIn(browser, roost.url, OTHER);
  const id = await openParentsChat(parent.page);
  await other.page.goto(`/chats/${id}`);
  await Promise.all([connected(parent.page), connected(other.page)]);
  await postMessage(parent.page.request, roost.url, id, "Dinner at seven?");

  // A reaction, by the menu; joined by its chip; taken back.
  await openMenu(other.page, "Dinner at seven?");
  await other.page.getByRole("button", { name: "React with 👍" }).click();
  const chip = bubble(parent.page, "Dinner at seven?").locator(".reaction");
  await expect(chip).toHaveText("👍1");
  await chip.click();
  await expect(bubble(other.page, "Dinner at seven?").locator(".reaction")).toHaveText("👍2");
  await chip.click();
  await expect(bubble(other.page, "Dinner at seven?").locator(".reaction")).toHaveText("👍1");
  await expect(chip).toHaveAttribute("aria-pressed", "false");

  // The keyboard alone: to the message, its menu, the editor, back.
  await parent.page.locator('textarea[name="body"]').focus();
  await parent.page.keyboard.press("Shift+Tab");
  await expect(parent.page.getByRole("button", { name: "Attach" })).toBeFocused();
  await parent.page.keyboard.press("Shift+Tab");
  await expect(bubble(parent.page, "Dinner at seven?")).toBeFocused();
  await parent.page.keyboard.press("Enter");
  await expect(parent.page.locator("[data-message-menu]")).toBeVisible();
  await parent.page.keyboard.press("Escape");
  await expect(bubble(parent.page, "Dinner at seven?")).toBeFocused();
  await parent.page.keyboard.press("Enter");
  await parent.page.getByRole("button", { name: "Edit", exact: true }).press("Enter");
  const editor = parent.page.getByRole("textbox", { name: "Change your message" });
  await expect(editor).toBeFocused();
  await editor.fill("Dinner at eight?");
  await editor.press("Enter");
  await expect(bubble(other.page, "Dinner at eight?")).toContainText("edited");
  await expect(bubble(parent.page, "Dinner at eight?")).toBeFocused();

  await parent.page.keyboard.press("Enter");
  await parent.page.getByRole("button", { name: "Delete", exact: true }).press("Enter");
  await parent.page.getByRole("dialog").getByRole("button", { name: "Delete" }).press("Enter");
  await expect(other.page.getByText("Message deleted").last()).toBeVisible();
  await expect(other.page.getByText("Dinner at eight?")).toHaveCount(0);
  await expect(parent.page.locator("li:focus")).toContainText("Message deleted");
  // Others' messages offer no edit and no deletion.
  await postMessage(other.page.request, roost.url, id, "Mine alone");
  await openMenu(parent.page, "Mine alone");
  await expect(parent.page.locator("[data-message-menu]").getByRole("button", { name: "Edit", exact: true })).toHaveCount(0);
});

test("a picture stays with its message through an edit, and leaves every screen with it", async ({ browser }) => {
  const parent = await signedIn(browser, roost.url, PARENT);
  const other = await signedIn(browser, roost.url, OTHER);
  const id = await openParentsChat(parent.page);
  await other.page.goto(`/chats/${id}`);
  await Promise.all([connected(parent.page), connected(other.page)]);
  const options = { headers: { Origin: roost.url }, maxRetries: 2 };
  const uploaded = await parent.context.request.post(`${roost.url}/api/images`, { ...options, multipart: { table: "messages", id, uploadId: newId(), file: { name: "harbour.jpg", mimeType: "image/jpeg", buffer: await photo(640, 480) } } });
  const { image } = (await uploaded.json()) as { image: { id: string } };
  await parent.context.request.post(`${roost.url}/api/messages`, { ...options, data: { conversationId: id, clientId: newId(), body: "", imageIds: [image.id] } });
  const pictures = (page: Page) => page.locator(".attached-picture img");
  for (const { page } of [parent, other]) await expect(pictures(page)).toHaveCount(1);

  const own = parent.page.locator("li", { has: parent.page.locator(".attached-picture") });
  await own.hover();
  await own.locator("[data-message-more]").click();
  await parent.page.getByRole("button", { name: "Edit", exact: true }).click();
  await parent.page.getByRole("textbox", { name: "Change your message" }).fill("The harbour");
  await parent.page.getByRole("button", { name: "Save" }).click();
  await expect(bubble(other.page, "The harbour")).toContainText("edited");
  for (const { page } of [parent, other]) await expect(bubble(page, "The harbour").locator(".attached-picture img")).toBeVisible();

  await openMenu(parent.page, "The harbour");
  await parent.page.getByRole("button", { name: "Delete", exact: true }).click();
  await parent.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  for (const { page } of [parent, other]) {
    await expect(pictures(page)).toHaveCount(0);
    await expect(page.getByText("The harbour")).toHaveCount(0);
    await expect(page.getByText("Message deleted").last()).toBeVisible();
  }
});

test("offline they are kept on the device, shown at once, and go out when the network is back; a refusal keeps the text", async ({ browser }) => {
  const parent = await signedIn(browser, roost.url, PARENT);
  const other = await signedIn(browser, roost.url, OTHER);
  const id = await openParentsChat(parent.page);
  await other.page.goto(`/chats/${id}`);
  await Promise.all([connected(parent.page), connected(other.page)]);
  for (const text of ["keep me", "edit me", "delete me", "deleted elsewhere"]) await postMessage(parent.page.request, roost.url, id, text);
  await expect(bubble(parent.page, "deleted elsewhere")).toBeVisible();

  await parent.context.setOffline(true);
  await openMenu(parent.page, "keep me");
  await parent.page.getByRole("button", { name: "React with 🎉" }).click();
  for (const [text, next] of [["edit me", "edited offline"], ["deleted elsewhere", "edited too late"]] as const) {
    await openMenu(parent.page, text);
    await parent.page.getByRole("button", { name: "Edit", exact: true }).click();
    await parent.page.getByRole("textbox", { name: "Change your message" }).fill(next);
    await parent.page.getByRole("button", { name: "Save" }).click();
    await expect(bubble(parent.page, next)).toBeVisible();
  }
  await openMenu(parent.page, "delete me");
  await parent.page.getByRole("button", { name: "Delete", exact: true }).click();
  await parent.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(parent.page.getByText("delete me")).toHaveCount(0);
  await expect(bubble(other.page, "delete me")).toBeVisible();

  // Another device was faster with one of them.
  const phone = await signedIn(browser, roost.url, PARENT);
  await phone.page.goto(`/chats/${id}`);
  await openMenu(phone.page, "deleted elsewhere");
  await phone.page.getByRole("button", { name: "Delete", exact: true }).click();
  await phone.page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
  await expect(other.page.getByText("deleted elsewhere")).toHaveCount(0);

  await parent.context.setOffline(false);
  await expect(bubble(other.page, "keep me").locator(".reaction")).toHaveText("🎉1", { timeout: patient(15_000) });
  await expect(bubble(other.page, "edited offline")).toBeVisible();
  await expect(other.page.getByText("delete me")).toHaveCount(0);
  // Deleted meanwhile: the edit came too late, and says so.
  await expect(parent.page.getByRole("button", { name: "Leave it as it was" })).toBeVisible();
  await parent.page.getByRole("button", { name: "Leave it as it was" }).click();
  await expect(parent.page.getByText("edited too late")).toHaveCount(0);
});

test("without JavaScript: a page for each message, with its forms", async ({ browser }) => {
  const { page } = await signedIn(browser, roost.url, PARENT, { javaScriptEnabled: false });
  const id = await openParentsChat(page);
  await postMessage(page.request, roost.url, id, "by hand");
  await page.goto(`/chats/${id}/feed`);
  const more = bubble(page, "by hand").locator("[data-message-more]");
  await more.click();
  await page.getByRole("button", { name: "React with ❤️" }).click();
  await page.goto(`/chats/${id}/feed`);
  await expect(bubble(page, "by hand").locator(".reaction")).toContainText("❤️1");
  await more.click();
  await page.getByRole("textbox", { name: "Change your message" }).fill("   ");
  await page.getByRole("button", { name: "Save" }).click();
  await expect(page.getByText("Please write something first.")).toBeVisible();
  await page.getByRole("textbox", { name: "Change your message" }).fill("by hand, twice");
  await page.getByRole("button", { name: "Save" }).click();
  await page.goto(`/chats/${id}/feed`);
  await expect(bubble(page, "by hand, twice")).toContainText("edited");
  await more.click();
  await page.getByRole("button", { name: "Delete", exact: true }).click();
  await page.goto(`/chats/${id}/feed`);
  await expect(page.getByText("by hand")).toHaveCount(0);
});
