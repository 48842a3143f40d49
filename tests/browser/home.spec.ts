/** A child comes in by the keyboard, and its first page follows what happens in the family. Covers A3. */
import { patient } from "#tests/support/patience.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations } from "./audit.ts";
import { headOfFamily, post } from "./new-family.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

/** So that nothing stands half behind the navigation at the bottom, where axe would measure what is left of it. */
const TALL = 1800;

test("a child signs in by the keyboard; what a parent starts is on its first page at once", async ({ browser }) => {
  const head = await headOfFamily(browser, roost.url);
  const family = (form: Record<string, string>) => post(head.context, roost.url, "/family", form);
  await family({ intent: "child-create", name: "Lina", userName: "lina", pin: "97531" });
  await head.page.goto("/family/people");
  const code = await head.page.locator('input[name="familyCode"]').inputValue();

  for (const [locale, lang] of [["en-GB", "en"], ["ar-EG", "ar"]] as const) {
    const context = await browser.newContext({ baseURL: roost.url, locale, timezoneId: "UTC", viewport: { width: 390, height: TALL } });
    const page = await context.newPage();
    await page.goto("/login/child");
    await expect(page.locator("html")).toHaveAttribute("lang", lang);
    expect(await violations(page)).toEqual([]);
    await page.locator('input[name="familyCode"]').fill(code);
    await page.keyboard.press("Tab");
    await page.keyboard.type("lina");
    await page.keyboard.press("Tab");
    await page.keyboard.type("97530");
    await page.keyboard.press("Enter");
    await expect(page.locator('input[name="pin"][aria-invalid="true"]')).toBeFocused();
    await page.locator('input[name="pin"]').fill("97531");
    await page.keyboard.press("Enter");
    await page.waitForURL((to) => to.pathname === "/");
    await page.locator('[data-connection="connected"]:visible').first().waitFor({ timeout: patient(15_000) });
    await family({ intent: "timer-start", name: `Homework ${lang}`, minutes: "30" });
    await expect(page.getByText(`Homework ${lang}`)).toBeVisible();
    await expect(page.getByRole("timer").last()).toBeVisible();
    expect(await violations(page)).toEqual([]);
  }
});
