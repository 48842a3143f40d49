/** Every page in both languages, both themes, on a phone, a tablet and a desktop: accessible, within the window, hydrated quietly. */
import path from "node:path";
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "@playwright/test";
import { createFormat } from "#app/i18n/format.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { faultSuite } from "#tests/faults/size.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { violations, WORKER_BLOCKED } from "./audit.ts";
import { ADMIN, openParentsChat, OTHER, postMessage, signedIn } from "./household.ts";
import { expect, test } from "./test.ts";

type StorageState = Exclude<BrowserContextOptions["storageState"], string | undefined>;

const LANGUAGES = ["en", "ar"] as const;
const THEMES = ["light", "dark"] as const;
const SIZES = { phone: { width: 360, height: 780 }, tablet: { width: 768, height: 1024 }, desktop: { width: 1440, height: 900 } } as const;
/** The narrowest window that must do without sideways scrolling (WCAG 1.4.10). */
const NARROWEST = { width: 320, height: 640 };
/** What a window of 1280 by 900 px shows at twice the size (WCAG 1.4.4). */
const ZOOMED = { width: 640, height: 450 };

type Who = "nobody" | "member" | "admin";

interface Screen {
  name: string;
  path: string;
  who: Who;
  status?: number;
}

let roost: Roost;
const sessions: Partial<Record<Who, StorageState>> = {};
const screens: Screen[] = [
  { name: "landing", path: "/", who: "nobody" },
  { name: "login", path: "/login", who: "nobody" },
  { name: "signup", path: "/signup", who: "nobody" },
  { name: "child-login", path: "/login/child", who: "nobody" },
  { name: "not-found", path: "/no/such/page", who: "nobody", status: 404 },
  { name: "home", path: "/", who: "member" },
  { name: "chats", path: "/chats", who: "member" },
  { name: "new-room", path: "/chats/new", who: "member" },
  { name: "family", path: "/family", who: "member" },
  { name: "family-people", path: "/family/people", who: "member" },
  { name: "family-chores", path: "/family/chores", who: "member" },
  { name: "family-templates", path: "/family/templates", who: "member" },
  { name: "rewards", path: "/rewards", who: "member" },
  { name: "rewards-manage", path: "/rewards/manage", who: "member" },
  { name: "more", path: "/more", who: "member" },
  { name: "settings", path: "/settings", who: "member" },
  { name: "search", path: "/search?q=Dinner&since=2020-01-01", who: "member" },
  { name: "admin", path: "/admin", who: "admin" },
  { name: "admin-outbox", path: "/admin/outbox", who: "admin" },
  { name: "admin-operations", path: "/admin/operations", who: "admin" },
  { name: "admin-edits", path: "/admin/edits", who: "admin" },
  { name: "admin-users", path: "/admin/users", who: "admin" },
];

test.beforeAll(async ({ browser }) => {
  roost = await startRoost();
  const { context, page } = await signedIn(browser, roost.url, OTHER);
  const conversationId = await openParentsChat(page);
  await postMessage(context.request, roost.url, conversationId, "Dinner at seven?\nhttps://roost.test/recipes?id=1");
  await postMessage(context.request, roost.url, conversationId, "العشاء في السابعة؟");
  screens.push({ name: "chat", path: `/chats/${conversationId}`, who: "member" });
  const made = await context.request.post(`${roost.url}/chats`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "create-room", name: "Holidays · العطلة", access: "closed" }, maxRedirects: 0 });
  const room = made.headers()["location"]!;
  await postMessage(context.request, roost.url, room.split("/")[2]!, "Who takes the dog?");
  // Beside the chat on desktops, in its place elsewhere.
  screens.push({ name: "room", path: `${room}/info`, who: "member" });
  sessions.member = await context.storageState();
  const invited = await context.request.post(`${roost.url}/family/people`, { headers: { Origin: roost.url }, maxRetries: 2, form: { intent: "invite", role: "parent" } });
  const join = /\/join\/[\w-]{43}/.exec(await invited.text())![0];
  screens.push({ name: "join", path: join, who: "member" }, { name: "signup-invited", path: `/signup?${new URLSearchParams({ redirectTo: join })}`, who: "nobody" });
  await context.close();
  const admin = await signedIn(browser, roost.url, ADMIN);
  sessions.admin = await admin.context.storageState();
  const events = await (await admin.context.request.get(`${roost.url}/admin/outbox`)).text();
  screens.push({ name: "admin-event", path: /\/admin\/outbox\/[0-9a-f]{32}/.exec(events)![0], who: "admin" });
  await admin.context.close();
});

test.afterAll(() => roost?.stop());

function contextFor(browser: Browser, { who }: Pick<Screen, "who">, language: (typeof LANGUAGES)[number], options: BrowserContextOptions): Promise<BrowserContext> {
  return browser.newContext({ baseURL: roost.url, locale: language === "ar" ? "ar" : "en-GB", ...(sessions[who] ? { storageState: sessions[who] } : {}), ...options });
}

/** What a page complains of: hydration mismatches, refused styles and scripts, uncaught errors. */
function complaints(page: Page): string[] {
  const said: string[] = [];
  page.on("pageerror", (error) => said.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") said.push(message.text());
  });
  return said;
}

/** A document's own 404 is logged by the browser, and is what that page is about; React reports the error that the boundary shows. */
const isExpected = ({ status }: Screen, text: string) => text === WORKER_BLOCKED || (status !== undefined && (text.includes(`status of ${status}`) || /ErrorResponse|Error boundary/i.test(text)));

const settled = (page: Page) => page.evaluate(() => document.fonts.ready.then(() => true));
/** Colours on their way from one theme to the other are neither's. */
const still = (page: Page) => page.waitForFunction(() => document.getAnimations().every(({ playState }) => playState === "finished"));
async function themed(page: Page, theme: (typeof THEMES)[number]) {
  await page.emulateMedia({ colorScheme: theme });
  await still(page);
}
const sideways = (page: Page) => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

/**
 * What a page is looked at in. The short size takes one look in each language, so that over the pages every pair of size,
 * theme and language comes up; the full size takes all. Colours by themselves: tests/i18n/contrast.test.ts.
 */
type Look = { size: keyof typeof SIZES; theme: (typeof THEMES)[number] };
const SAMPLE: Record<(typeof LANGUAGES)[number], readonly Look[]> = {
  en: [{ size: "phone", theme: "light" }, { size: "tablet", theme: "dark" }, { size: "desktop", theme: "dark" }],
  ar: [{ size: "desktop", theme: "light" }, { size: "phone", theme: "dark" }, { size: "tablet", theme: "light" }],
};
const ALL_LOOKS = (Object.keys(SIZES) as Look["size"][]).flatMap((size) => THEMES.map((theme): Look => ({ size, theme })));

const { full } = faultSuite("design", { short: {}, full: {} });

/** Pictures of every page in every size and theme, for people to look at (test-results/browser/screens): `PICTURES=1 npx playwright test design`. */
const WITH_PICTURES = process.env["PICTURES"] === "1";

const looksAt = (index: number, language: (typeof LANGUAGES)[number]) => (full || WITH_PICTURES ? ALL_LOOKS : [SAMPLE[language][Math.floor(index / 2) % 3]!]);
/**
 * Opening a page with its scripts and auditing it takes nearly all the time: the short size does so in one language for each
 * page, in turns, but for those that people look at all day, and opens them in the other one without scripts.
 */
const EVERYDAY = new Set(["chat", "home", "family"]);
const isAudited = (index: number, language: (typeof LANGUAGES)[number]) => full || WITH_PICTURES || LANGUAGES[index % 2] === language;
const isOpened = (index: number, language: (typeof LANGUAGES)[number]) => isAudited(index, language) || EVERYDAY.has(screens[index]!.name);

/** What each page says of itself. */
async function expectLanguage(page: Page, language: (typeof LANGUAGES)[number]) {
  await expect(page.locator("html")).toHaveAttribute("lang", language);
  await expect(page.locator("html")).toHaveAttribute("dir", language === "ar" ? "rtl" : "ltr");
}

for (const language of LANGUAGES) {
  test(`${full ? "every page" : "every other page"} in ${language}: on a phone, a tablet, a desktop, by day and by night`, async ({ browser }, info) => {
    test.slow();
    const visitors = new Map<Who, { page: Page; said: string[] }>();
    for (const who of ["nobody", "member", "admin"] as const) {
      const page = await (await contextFor(browser, { who }, language, { reducedMotion: "reduce" })).newPage();
      visitors.set(who, { page, said: complaints(page) });
    }
    for (const [index, screen] of screens.entries()) {
      if (!isOpened(index, language)) continue;
      const { page, said } = visitors.get(screen.who)!;
      // What the page before says as it is left is not this one's.
      await page.goto("about:blank");
      said.length = 0;
      const looks = looksAt(index, language);
      await page.setViewportSize(SIZES[looks[0]!.size]);
      const response = await page.goto(screen.path);
      expect(response?.status(), screen.name).toBe(screen.status ?? 200);
      await settled(page);
      await expectLanguage(page, language);
      expect(await page.locator("h1").count(), `${screen.name} has one heading`).toBe(1);
      for (const { size, theme } of looks) {
        const what = `${screen.name} on a ${size}, ${theme}`;
        await page.setViewportSize(SIZES[size]);
        await themed(page, theme);
        expect(await sideways(page), `${what} scrolls sideways`).toBe(0);
        if (WITH_PICTURES) await page.screenshot({ path: path.join(info.project.outputDir, "screens", `${screen.name}-${language}-${theme}-${size}.png`) });
        if (!isAudited(index, language)) continue;
        // In a window as high as the page: what the bar at a phone's foot covers before one scrolls is not too small.
        await page.setViewportSize({ ...SIZES[size], height: Math.max(SIZES[size].height, await page.evaluate(() => document.documentElement.scrollHeight)) });
        expect(await violations(page), what).toEqual([]);
      }
      expect(await moving(page), `${screen.name} moves where motion is not wanted`).toEqual([]);
      for (const narrow of full || screen.name === "chat" ? [ZOOMED, NARROWEST] : [NARROWEST]) {
        await page.setViewportSize(narrow);
        expect(await sideways(page), `${screen.name} at ${narrow.width} px`).toBe(0);
        // What one writes in stays at hand, however little room there is.
        if (screen.name === "chat") await expect(page.locator('textarea[name="body"]')).toBeInViewport({ ratio: 1 });
      }
      expect(await smallTargets(page), screen.name).toEqual([]);
      expect(said.filter((text) => !isExpected(screen, text)), screen.name).toEqual([]);
    }
    for (const { page } of visitors.values()) await page.context().close();
  });
}

/** What would be animated for longer than anybody sees, for whom motion is reduced. */
const moving = (page: Page) =>
  page.evaluate(() => {
    const UNSEEN_S = 0.001;
    const lasts = (durations: string) => durations.split(",").some((duration) => parseFloat(duration) * (duration.trim().endsWith("ms") ? 0.001 : 1) > UNSEEN_S);
    return [...document.querySelectorAll("*")]
      .filter((element) => {
        const { transitionDuration, animationName, animationDuration } = getComputedStyle(element);
        return lasts(transitionDuration) || (animationName !== "none" && lasts(animationDuration));
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });

/** Buttons and fields lower than 44 px, counting the invisible edge of small buttons. */
const smallTargets = (page: Page) =>
  page.evaluate(() => {
    const LEAST = 44;
    return [...document.querySelectorAll<HTMLElement>("button, select, textarea, input:not([type=hidden], [type=radio], [type=checkbox])")]
      .filter((element) => element.checkVisibility() && !element.closest(".sr-only"))
      .filter((element) => {
        const edge = getComputedStyle(element, "::after");
        const more = edge.content === "none" || edge.position !== "absolute" ? 0 : -2 * parseFloat(edge.top || "0");
        return element.getBoundingClientRect().height + more < LEAST - 0.5;
      })
      .map((element) => element.outerHTML.slice(0, 120));
  });

test("without JavaScript the pages stand as they do with it", async ({ browser }) => {
  test.slow();
  for (const language of LANGUAGES)
    for (const who of ["nobody", "member", "admin"] as const) {
      const context = await contextFor(browser, { who }, language, { javaScriptEnabled: false, viewport: NARROWEST });
      const page = await context.newPage();
      for (const [index, { name, path: place, who: whose }] of screens.entries()) {
        if (whose !== who || name === "chat" || (!full && isAudited(index, language))) continue;
        await page.goto(place);
        await settled(page);
        await expect(page.locator("h1"), name).toBeVisible();
        await expectLanguage(page, language);
        expect(await sideways(page), `${name} at ${NARROWEST.width} px`).toBe(0);
      }
      await context.close();
    }
});

test("a theme can be forced for a look at it, against the system's", async ({ browser }) => {
  const context = await contextFor(browser, { who: "nobody" }, "en", { colorScheme: "light" });
  const page = await context.newPage();
  await page.goto("/");
  const paper = async () => {
    await still(page);
    return page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor);
  };
  const light = await paper();
  await page.evaluate(() => (document.documentElement.dataset["theme"] = "dark"));
  const forced = await paper();
  await page.evaluate(() => delete document.documentElement.dataset["theme"]);
  await page.emulateMedia({ colorScheme: "dark" });
  expect(forced).not.toBe(light);
  expect(await paper()).toBe(forced);
  await context.close();
});

test("the skip link is the first stop and leads to the content", async ({ browser }) => {
  const context = await contextFor(browser, { who: "member" }, "en", { viewport: SIZES.desktop });
  const page = await context.newPage();
  await page.goto("/");
  await page.keyboard.press("Tab");
  await expect(page.locator('a[href="#content"]')).toBeFocused();
  await expect(page.locator('a[href="#content"]')).toBeInViewport();
  await page.keyboard.press("Enter");
  await expect(page.locator("#content")).toBeFocused();
  await context.close();
});

test("a key pressed in the moment in which React takes over the page harms nothing, and what was typed stays", async ({ browser }) => {
  const context = await contextFor(browser, { who: "nobody" }, "en", {});
  const page = await context.newPage();
  await page.addInitScript(() => {
    const { addEventListener } = EventTarget.prototype;
    let isFirst = true;
    EventTarget.prototype.addEventListener = function (...args: Parameters<typeof addEventListener>) {
      addEventListener.apply(this, args);
      // React listens for everything as it takes over, and begins to render in a task of its own.
      if (this !== document || args[0] !== "keydown" || !isFirst) return;
      isFirst = false;
      queueMicrotask(() => {
        const field = document.querySelector<HTMLInputElement>("input[name=email]")!;
        field.value = "early@people.test";
        field.focus();
        field.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift", bubbles: true }));
        Object.assign(window, { field });
      });
    };
  });
  const said = complaints(page);
  await page.goto("/login");
  await page.waitForFunction(() => "field" in window && Object.keys(document.querySelector("form")!).some((key) => key.startsWith("__reactProps")));
  const email = page.locator("input[name=email]");
  await expect(email).toBeFocused();
  await email.press("End");
  await email.pressSequentially("s");
  await expect(email).toHaveValue("early@people.tests");
  // The server's own field, not another one in its place.
  expect(await email.evaluate((field) => (window as unknown as { field: Element }).field === field)).toBe(true);
  expect(said).toEqual([]);
  await context.close();
});

test("a browser loads the texts of its own language only, and the fonts of its own script", async ({ browser }) => {
  const loaded = async (language: (typeof LANGUAGES)[number]) => {
    const context = await contextFor(browser, { who: "nobody" }, language, {});
    const page = await context.newPage();
    const urls: string[] = [];
    page.on("request", (request) => urls.push(new URL(request.url()).pathname));
    await page.goto("/login");
    await page.waitForLoadState("networkidle");
    await context.close();
    return urls;
  };
  const [english, arabic] = [await loaded("en"), await loaded("ar")];
  expect(english.filter((url) => /\/(ar|en)-[\w-]+\.js$/.test(url)).map((url) => url.split("/").pop()?.slice(0, 2))).toEqual(["en"]);
  expect(arabic.filter((url) => /\/(ar|en)-[\w-]+\.js$/.test(url)).map((url) => url.split("/").pop()?.slice(0, 2))).toEqual(["ar"]);
  expect(english.some((url) => url.includes("arabic"))).toBe(false);
  expect(arabic.some((url) => url.includes("plex-sans-arabic"))).toBe(true);
});

test("fonts that come late move nothing", async ({ browser }) => {
  const context = await contextFor(browser, { who: "nobody" }, "en", { viewport: SIZES.desktop });
  const page = await context.newPage();
  let release = () => {};
  const held = new Promise<void>((resolve) => (release = resolve));
  await page.route(/\.woff2$/, async (route) => {
    await held;
    await route.continue();
  });
  // After the styles, which block scripts, and before the fonts, which block nothing.
  await page.goto("/", { waitUntil: "domcontentloaded" });
  await page.locator("h1").waitFor();
  const boxes = () => page.locator("h1, h2, main p, main a").evaluateAll((all) => all.map((element) => Math.round(element.getBoundingClientRect().y)));
  const before = await boxes();
  release();
  await settled(page);
  expect(await page.evaluate(() => document.fonts.check('1em "IBM Plex Sans"'))).toBe(true);
  expect(await boxes()).toEqual(before);
  await context.close();
});

test("server and Chromium put numbers and times into the same words", async ({ browser }) => {
  const context = await contextFor(browser, { who: "nobody" }, "ar", { timezoneId: "America/New_York" });
  const page = await context.newPage();
  const zones = ["UTC", "Asia/Riyadh", "Europe/Berlin", "America/St_Johns", "Pacific/Kiritimati"];
  const times = Array.from({ length: 60 }, (_, index) => Date.UTC(2024, 0, 1) + index * 397 * 3_600_000);
  // What Intl is asked for, in the browser's ICU: our words are put around exactly these numbers.
  const inBrowser = await page.evaluate(
    ([zones, times]) =>
      zones.map((timeZone) => {
        const format = new Intl.DateTimeFormat("en-US-u-ca-gregory-nu-latn", { timeZone, hourCycle: "h23", year: "numeric", month: "numeric", day: "numeric", hour: "numeric", minute: "numeric" });
        return times.map((ms) => Object.fromEntries(format.formatToParts(ms).map((part) => [part.type, Number(part.value)])));
      }),
    [zones, times] as const,
  );
  for (const [index, timeZone] of zones.entries()) {
    const format = createFormat(createI18n("en").t, { digits: "latn", timeZone });
    for (const [at, ms] of times.entries()) {
      const parts = inBrowser[index]![at]!;
      const two = (value: number | undefined) => String(value).padStart(2, "0");
      expect(format.time(ms)).toBe(`${two(parts["hour"])}:${two(parts["minute"])}`);
      expect(format.date(ms)).toContain(`${parts["day"]} `);
      expect(format.date(ms)).toContain(String(parts["year"]));
    }
  }
  await context.close();
});
