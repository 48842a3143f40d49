/** The console by keys and for ears, and without JavaScript in Arabic: every form that an admin needs. Covers G1 to G7, D5, A7. */
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { ADMIN, connected, OTHER, signedIn, signedInAtHome } from "./household.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

test("by keys alone, and what happens is said: live test, fresh data, somebody found, given a link, switched off and on", async ({ browser }) => {
  const { page } = await signedInAtHome(browser, roost.url, ADMIN, { viewport: { width: 1440, height: 900 } });
  const { keyboard } = page;
  const said = (text: string | RegExp) => expect(page.getByRole("status").filter({ hasText: text }).first()).toBeVisible();
  await connected(page);
  await page.getByRole("link", { name: "Console" }).focus();
  await keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1, name: "Console" })).toBeVisible();

  await page.getByRole("button", { name: "Run live test" }).focus();
  await keyboard.press("Enter");
  await said(/Received in \d/);

  await page.getByRole("checkbox", { name: "Timer templates" }).focus();
  await keyboard.press("Space");
  await keyboard.press("Tab");
  await expect(page.getByRole("button", { name: "Refresh these kinds" })).toBeFocused();
  await keyboard.press("Enter");
  const operations = page.getByRole("region", { name: "Last operations" });
  await expect(operations.getByRole("listitem").filter({ hasText: "Refreshed by tags" })).toContainText("Done");

  await page.getByRole("navigation", { name: "Pages of the console" }).getByRole("link", { name: "People" }).focus();
  await keyboard.press("Enter");
  await page.getByRole("searchbox").focus();
  await keyboard.type("other@");
  await keyboard.press("Enter");
  const row = page.locator("[data-user]");
  await expect(row).toHaveCount(1);
  // The choice of whom to show, the button, and then the one account.
  await page.getByRole("searchbox").focus();
  for (let times = 0; times < 3; times++) await keyboard.press("Tab");
  await expect(row.locator("summary").first()).toBeFocused();
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await expect(row.getByRole("button", { name: "Link for a new password" })).toBeFocused();
  await keyboard.press("Enter");
  await said("The link is made.");
  await expect(row.getByRole("textbox", { name: "The link" })).toHaveValue(/\/reset\/[\w-]{43}$/);
  await expect(row.getByRole("button", { name: "Another link for a new password" })).toBeFocused();
  await keyboard.press("Tab");
  await keyboard.press("Enter");
  await keyboard.press("Tab");
  await expect(row.getByRole("button", { name: "Yes, switch off" })).toBeFocused();
  await keyboard.press("Enter");
  await said("Switched off.");
  await expect(row.locator("summary").first()).toContainText("Switched off");
  // What was pressed is gone; the next key goes on from there.
  await keyboard.press("Tab");
  await expect(row.getByRole("button", { name: "Switch on" })).toBeFocused();
  await keyboard.press("Enter");
  await said("Switched on.");
  await expect(row.locator("summary").first()).not.toContainText("Switched off");
});

test("without JavaScript, in Arabic, from right to left: every form works, and the file comes", async ({ browser }) => {
  const options = { javaScriptEnabled: false, locale: "ar", viewport: { width: 768, height: 1024 } };
  const { page } = await signedIn(browser, roost.url, ADMIN, options);
  const submit = (intent: string) => page.locator(`form:has(input[name="intent"][value="${intent}"]) button[type="submit"]`).click();
  const region = (name: string) => page.getByRole("region", { name });
  await page.goto("/admin");
  await expect(page.locator("html")).toHaveAttribute("dir", "rtl");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("لوحة الإدارة");

  await submit("env-check");
  await expect(region("الوصول الفوري")).toContainText(/مُعدّ|تم التحقق/);
  await submit("realtime-test");
  await expect(region("الوصول الفوري").getByRole("status").first()).toContainText("وصل");
  await submit("db-check");
  await expect(region("قاعدة البيانات").getByRole("status").first()).toBeVisible();
  await page.locator('input[name="paths"][value="/family"]').check();
  await submit("revalidate-paths");
  await expect(region("آخر العمليات").getByRole("listitem").first()).toContainText("تحديث حسب الصفحات");
  await submit("refresh-all");
  await expect(region("آخر العمليات").getByRole("listitem").first()).toContainText("تحديث كل شيء");
  await submit("revalidate-tags");
  await expect(page.locator("[aria-invalid=true]").first()).toBeVisible();

  const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "diagnostics.json" }).click()]);
  expect(download.suggestedFilename()).toBe("diagnostics.json");

  // Somebody forgot their password.
  await page.goto("/admin/users?q=other");
  const row = page.locator("[data-user]");
  await row.locator("summary").first().click();
  await row.locator('button[value="user-reset-link"]').click();
  const link = await row.locator('input[name="link"]').inputValue();
  const person = await (await browser.newContext(options)).newPage();
  await person.goto(link);
  await person.locator('input[name="password"]').fill("four quite other words");
  await person.locator('main button[type="submit"]').click();
  await expect(person.getByText("تم تعيين كلمة المرور الجديدة. يمكن الدخول بها الآن.")).toBeVisible();
  await person.locator('input[name="email"]').fill(OTHER);
  await person.locator('input[name="password"]').fill("four quite other words");
  await person.locator('main form button[type="submit"]').click();
  await expect(person).toHaveURL(`${roost.url}/`);

  await row.locator("details.confirmed summary").click();
  await row.locator('button[value="user-disable"]').click();
  await expect(row.locator("summary").first()).toContainText("موقوف");
  await person.reload();
  await expect(person.locator('a[href^="/login"]').first()).toBeVisible();
  await page.goto("/admin/operations");
  await expect(page.getByRole("listitem").filter({ hasText: "إيقاف حساب" }).first()).toContainText("آدم");
});
