/** The wall in real browsers: live, by keypad and keyboard, left alone, taken down, and without JavaScript. Covers E8, bars 10 and 11 of the family's issue. */
import path from "node:path";
import type { Browser, BrowserContextOptions, Page, TestInfo } from "@playwright/test";
import { VISIT_MS } from "#app/domain/families/tablet.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations } from "./audit.ts";
import { connected, PASSWORD } from "./household.ts";
import { headOfFamily, post, type Head } from "./new-family.ts";
import { expect, test } from "./test.ts";

let roost: Roost;
test.beforeAll(async () => void (roost = await startRoost()));
test.afterAll(() => roost.stop());

const PIN = "1357";
const SIZES = { wall: { width: 1280, height: 800 }, portrait: { width: 768, height: 1024 }, phone: { width: 360, height: 780 } } as const;
const showing = (page: Page, what: "glance" | "pin" | "person") => expect(page.locator(`[data-wall="${what}"]`)).toBeVisible();

/** Looked through in full: the smallest screen in light, the wall itself in the dark; in the short size one of them, in turns. Contrasts of the other pairs: tests/i18n/contrast.test.ts. */
const AUDITED = ["phone light", "wall dark"];
const { full } = faultSuite("design", { short: {}, full: {} });
/** For people to look at (test-results/browser/screens): `PICTURES=1 npx playwright test tablet`. */
const WITH_PICTURES = process.env["PICTURES"] === "1";

/** A family with a child, something to do and something that runs. */
async function family(browser: Browser): Promise<Head & { childId: string }> {
  const head = await headOfFamily(browser, roost.url);
  const act = (fields: Record<string, string>) => post(head.context, roost.url, "/family", fields);
  await act({ intent: "child-create", name: "ليلى", userName: "layla", pin: PIN });
  await head.page.goto("/family");
  const childId = (await head.page.locator("[data-stars]", { hasText: "ليلى" }).getAttribute("data-stars"))!;
  await act({ intent: "chore-create", name: "Feed the cat", icon: "dog", stars: "2", recurrence: "once", assignment: "fixed", assignees: childId, dueOn: "2026-01-05" });
  await act({ intent: "timer-start", name: "Homework", minutes: "25", memberId: childId, stars: "3" });
  await act({ intent: "template-create", name: "Reading", minutes: "20", stars: "2", icon: "book", hue: "3" });
  return { ...head, childId };
}

/** A browser that the parent has set up as a tablet. */
async function tablet(browser: Browser, { email }: Head, options: BrowserContextOptions = {}): Promise<Page> {
  const context = await browser.newContext({ baseURL: roost.url, locale: "en-GB", viewport: SIZES.wall, reducedMotion: "reduce", ...options });
  const language = { "Accept-Language": options.locale ?? "en-GB", Origin: roost.url };
  await context.request.post("/login", { headers: language, form: { email, password: PASSWORD }, maxRedirects: 0 });
  await context.request.post("/settings", { headers: language, form: { intent: "tablet-create", name: "Kitchen" }, maxRedirects: 0 });
  return context.newPage();
}

let looks = 0;
async function looked(page: Page, info: TestInfo, name: string) {
  const audited = full ? AUDITED : [AUDITED[looks++ % AUDITED.length]];
  for (const [size, viewport] of Object.entries(SIZES)) {
    await page.setViewportSize(viewport);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth), `${name} ${size}`).toBe(0);
    for (const colorScheme of size === "wall" ? (["dark", "light"] as const) : (["light"] as const)) {
      if (!WITH_PICTURES && !audited.includes(`${size} ${colorScheme}`)) continue;
      await page.emulateMedia({ colorScheme });
      await page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === "finished"));
      if (WITH_PICTURES) await page.screenshot({ fullPage: size === "phone", path: path.join(info.project.outputDir, "screens", `tablet-${name}-${size}-${colorScheme}.png`) });
      if (audited.includes(`${size} ${colorScheme}`)) expect(await violations(page), `${name} ${size} ${colorScheme}`).toEqual([]);
    }
  }
  await page.setViewportSize(SIZES.wall);
}

async function press(page: Page, pin: string) {
  for (const digit of pin) await page.locator(`.wall-key[value="${digit}"]`).click();
  await page.locator(".wall-keys [type=submit]").click();
}

test("set up in the settings, live, entered by face and PIN, left when nobody touches it, dark when it is taken down", async ({ browser }, info) => {
  const { context, page: parent, childId, email } = await family(browser);
  const wall = await (await browser.newContext({ baseURL: roost.url, locale: "en-GB", viewport: SIZES.wall, reducedMotion: "reduce" })).newPage();
  const said: string[] = [];
  wall.on("pageerror", ({ message }) => said.push(message));
  await wall.clock.install();
  await wall.goto("/login?redirectTo=%2Fsettings");
  await wall.locator('input[name="email"]').fill(email);
  await wall.locator('input[name="password"]').fill(PASSWORD);
  await wall.keyboard.press("Enter");
  await wall.getByRole("button", { name: "Set up this tablet" }).click();
  await wall.waitForURL("**/family/tablet");
  await connected(wall);
  await post(context, roost.url, "/family", { intent: "timer-start", name: "بيض", minutes: "6", memberId: "", stars: "0" });
  await expect(wall.locator("[data-timer]")).toHaveCount(2);
  await looked(wall, info, "glance-en");

  await wall.getByRole("link", { name: "ليلى" }).click();
  await expect(wall.getByLabel("Your PIN")).toBeFocused();
  await press(wall, "0000");
  await expect(wall.locator("#pin-error")).toBeVisible();
  await expect(wall.getByLabel("Your PIN")).toHaveValue("");
  await looked(wall, info, "pin-en");
  await press(wall, PIN);
  await expect(wall.getByRole("heading", { name: "Hello, ليلى" })).toBeFocused();
  await looked(wall, info, "child-en");
  await parent.goto("/family");
  await wall.getByRole("button", { name: "Done: Feed the cat" }).click();
  await expect(parent.locator('[data-chore][data-state="claimed"]')).toContainText("ليلى");

  // By steps: how much of the visit the lines above took depends on the machine.
  const warning = wall.getByText(/Back to the faces in \d+ seconds?/);
  await expect(async () => {
    if (!(await warning.isVisible())) await wall.clock.fastForward(VISIT_MS / 20);
    await expect(warning).toBeVisible({ timeout: 1_000 });
  }).toPass();
  await wall.clock.fastForward(11_000);
  await showing(wall, "glance");
  await expect.poll(async () => (await wall.request.post("/family/tablet", { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "stay" } })).status()).toBe(401);

  // By keyboard alone; and gone by the server's own clock, whatever the page believes.
  await wall.locator(`[data-face="${childId}"]`).focus();
  await wall.keyboard.press("Enter");
  await expect(wall.getByLabel("Your PIN")).toBeFocused();
  await wall.keyboard.type(PIN);
  await wall.keyboard.press("Enter");
  await showing(wall, "person");
  await wall.request.post("/family/tablet", { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "leave" } });
  await wall.getByRole("button", { name: "Reading" }).click();
  await showing(wall, "glance");

  await parent.goto("/settings");
  await parent.getByLabel("Take down the tablet Kitchen").click();
  await parent.getByRole("button", { name: "Take it down", exact: true }).click();
  await expect(wall.getByRole("heading", { name: "This tablet was taken off the wall" })).toBeVisible();
  await expect(wall.getByText("Homework")).toHaveCount(0);
  await wall.reload();
  await wall.waitForURL("**/login?**");
  expect(said).toEqual([]);
});

test("in Arabic, for a parent, and without JavaScript", async ({ browser }, info) => {
  const head = await family(browser);
  await post(head.context, roost.url, "/settings", { intent: "tablet-pin", pin: "97531" });
  const wall = await tablet(browser, head, { locale: "ar" });
  await wall.goto("/family/tablet");
  await expect(wall.locator("html")).toHaveAttribute("dir", "rtl");
  await looked(wall, info, "glance-ar");
  await wall.locator("[data-face]", { hasText: "Nour" }).click();
  await press(wall, "97531");
  await showing(wall, "person");
  await looked(wall, info, "parent-ar");
  await wall.locator('button[value="leave"]').click();
  await showing(wall, "glance");

  const plain = await tablet(browser, head, { javaScriptEnabled: false });
  await plain.goto("/family/tablet");
  await plain.locator(`[data-face="${head.childId}"]`).click();
  await plain.locator('input[name="pin"]').fill(PIN);
  await plain.locator('.wall-pin-form button[type="submit"]').click();
  await showing(plain, "person");
  await plain.getByRole("button", { name: "Done: Feed the cat" }).click();
  await expect(plain.locator('[data-chore][data-state="claimed"]')).toBeVisible();
  await plain.locator('button[value="leave"]').click();
  await showing(plain, "glance");
});
