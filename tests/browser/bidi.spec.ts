/**
 * Two directions in one text, pinned twice in both languages. By order: where each piece of a line stands, from left to
 * right, as the browser lays it out; that needs no font. By picture: what a reader sees, also where a paragraph begins.
 *
 * After a change that is meant: `npx playwright test bidi --update-snapshots`, then look at every picture that changed,
 * as somebody who reads Arabic and as somebody who reads English.
 */
import { existsSync } from "node:fs";
import type { Browser, BrowserContext, Locator, Page } from "@playwright/test";
import { newId } from "#app/domain/ids.ts";
import { startRoost, type Roost } from "#tests/support/processes.ts";
import { connected, PASSWORD, postMessage } from "./household.ts";
import { post } from "./new-family.ts";
import { expect, test } from "./test.ts";

const LANGUAGES = ["en", "ar"] as const;
type Language = (typeof LANGUAGES)[number];

const YASMIN = "ياسمين";
const MONA = "Mona";
const NOAH = "Noah";

interface Case {
  /** Also the picture's name. */
  name: string;
  by: string;
  body: string;
  /**
   * Each paragraph's direction, and its pieces from left to right as they stand on the screen. The pieces are all that is
   * in the paragraph but spaces.
   */
  seen: [direction: "ltr" | "rtl", ...pieces: string[]][];
  /** No picture: of an emoji the font is the machine's. */
  orderOnly?: true;
}

/**
 * The message's own direction decides, not the page's language: both languages see the same order.
 * Here in logical order (as typed), there from left to right (as seen).
 */
const CASES: Case[] = [
  { name: "leading-arabic-mention", by: MONA, body: "@ياسمين can you call?", seen: [["ltr", "ياسمين", "@", "can", "you", "call", "?"]] },
  { name: "leading-latin-mention", by: YASMIN, body: "@Mona هل وصلت؟", seen: [["rtl", "؟", "وصلت", "هل", "@", "Mona"]] },
  // A number after an Arabic name would stand before it.
  { name: "arabic-name-in-english", by: MONA, body: "Give @ياسمين 3 stars, @Mona 2.", seen: [["ltr", "Give", "ياسمين", "@", "3", "stars", ",", "@", "Mona", "2", "."]] },
  { name: "latin-name-in-arabic", by: YASMIN, body: "أعط @Mona 3 نجوم ثم @ياسمين 2!", seen: [["rtl", "!", "2", "ياسمين", "@", "ثم", "نجوم", "3", "@", "Mona", "أعط"]] },
  // Nothing but a name, and what ends it: it goes the name's way.
  { name: "arabic-mention-only", by: MONA, body: "@ياسمين!", seen: [["rtl", "!", "ياسمين", "@"]] },
  { name: "latin-mention-only", by: YASMIN, body: "@Mona!", seen: [["ltr", "@", "Mona", "!"]] },
  {
    name: "paragraphs",
    by: MONA,
    body: "مرحباً بالجميع.\nDinner is at seven.\n@ياسمين، متى تصلين؟\n7:30…",
    seen: [
      ["rtl", ".", "بالجميع", "مرحباً"],
      ["ltr", "Dinner", "is", "at", "seven", "."],
      ["rtl", "؟", "تصلين", "متى", "،", "ياسمين", "@"],
      ["rtl", "…", "7:30"],
    ],
  },
  // Its last stroke would stand before it.
  { name: "address-in-arabic", by: YASMIN, body: "الوصفة: https://roost.test/r/12/، جرّبوها!", seen: [["rtl", "!", "جرّبوها", "،", "https://", "roost.test", "/r", "/12", "/", ":", "الوصفة"]] },
  { name: "address-in-english", by: MONA, body: "From ياسمين: https://roost.test/r?id=12.", seen: [["ltr", "From", "ياسمين", ":", "https://", "roost.test/", "r?id=", "12", "."]] },
  { name: "number-to-call", by: YASMIN, body: "اتصلي بي على +49 (30) 901-820، شكراً.", seen: [["rtl", ".", "شكراً", "،", "+", "49", "(", "30", ")", "901", "-", "820", "على", "بي", "اتصلي"]] },
  { name: "number-to-call-in-arabic-digits", by: YASMIN, body: "رقم البيت ٠٥٠ ١٢٣ ٤٥٦٧ والباب ١٢.", seen: [["rtl", ".", "١٢", "والباب", "٠٥٠", "١٢٣", "٤٥٦٧", "البيت", "رقم"]] },
  { name: "arabic-digits-in-english", by: MONA, body: "Home is ٠٥٠ ١٢٣ ٤٥٦٧, door ١٢.", seen: [["ltr", "Home", "is", "٠٥٠", "١٢٣", "٤٥٦٧", ",", "door", "١٢", "."]] },
  { name: "digits", by: YASMIN, body: "اشتريت 3 تفاحات و٢٥ تمرة بـ4.50 يوم 12/5.", seen: [["rtl", ".", "12/5", "يوم", "4.50", "بـ", "تمرة", "٢٥", "و", "تفاحات", "3", "اشتريت"]] },
  { name: "code", by: YASMIN, body: "شغّل `npm start --dev` ثم `go()`.", seen: [["rtl", ".", "`", "go", "()", "`", "ثم", "`", "npm", "start", "--dev", "`", "شغّل"]] },
  { name: "brackets", by: YASMIN, body: "قالت (Mona): نعم، «Roost».", seen: [["rtl", ".", "»", "Roost", "«", "،", "نعم", ":", ")", "Mona", "(", "قالت"]] },
  { name: "own", by: NOAH, body: "شكراً @Noah و @Mona.\nThanks, @ياسمين.", seen: [["rtl", ".", "@", "Mona", "و", "@", "Noah", "شكراً"], ["ltr", "Thanks", ",", "ياسمين", "@", "."]] },
  { name: "emoji", by: MONA, body: "كل عام وأنت بخير 🎂!\n👍", seen: [["rtl", "!", "🎂", "بخير", "وأنت", "عام", "كل"], ["rtl", "👍"]], orderOnly: true },
];

/** What the page itself puts around messages, from left to right; here its own language decides. */
const THEIRS = "At six — في السادسة";
const OWN = "At seven — في السابعة";
const DELETED = "to be deleted";
const REACTED = "Pizza أم كشري؟";

const WORDS = {
  en: { locale: "en-GB", dir: "ltr", edited: "edited", deleted: "Message deleted", seenPreview: [YASMIN, ":", "see", "you"] },
  ar: { locale: "ar", dir: "rtl", edited: "مُعدَّلة", deleted: "حُذفت الرسالة", seenPreview: ["see", "you", ":", YASMIN] },
} as const;

/**
 * Another machine may have another Chromium and another FreeType, which shade the edges of letters otherwise. Playwright
 * takes hinting away everywhere, and the fonts are the app's. Measured on these pictures, of all their pixels:
 * twice on one machine 0; with slight hinting 0.01 % at most; without a direction of paragraphs 1.9 to 5.6 %; without
 * anything kept apart 0.59 % (a bracket that changes sides) to 2.5 %. Letters on whole pixels and hinted in full differ by
 * 0.3 to 4.3 %: no tolerance tells that from a fault. There (`drawsAlike`) the order alone is what holds.
 */
const TOLERANCE = { threshold: 0.25, maxDiffPixelRatio: 0.004 } as const;
const ALIKE_WITHIN_MS = 3_000;

/**
 * For the pictures alone. Bubbles as wide as each other: the side on which a paragraph begins is seen. Whole pixels, so that
 * a picture has the same size wherever it is taken: no tolerance is for that. Code in the app's own letters, not the machine's.
 * Every time of day equally wide: the mask covers its digits, but their width would move what stands beside them.
 */
const FOR_PICTURES = `
  * { line-height: 28px !important; }
  [data-message] { inline-size: 24rem; }
  code { font: inherit !important; }
  time { display: inline-block; inline-size: 6rem; }
`;

/** As wide as the longest of these messages needs to stand on one line. */
const viewport = { width: 560, height: 900 };

let roost: Roost;
/** The path of the room, for its three members. */
let room: string;
const people = new Map<string, { email: string }>();

test.beforeAll(async ({ browser }) => {
  roost = await startRoost();
  const contexts = new Map<string, BrowserContext>();
  for (const name of [NOAH, MONA, YASMIN]) {
    const context = await browser.newContext({ baseURL: roost.url });
    const email = `${newId()}@roost.test`;
    await post(context, roost.url, "/signup", { name, email, password: PASSWORD, timeZone: "UTC" });
    contexts.set(name, context);
    people.set(name, { email });
  }
  room = await post(contexts.get(NOAH)!, roost.url, "/chats", { intent: "create-room", name: "Kitchen · المطبخ", access: "open" });
  const id = room.split("/")[2]!;
  for (const name of [MONA, YASMIN]) await post(contexts.get(name)!, roost.url, "/chats", { intent: "join", conversationId: id });
  const send = async (name: string, body: string) => {
    const answer = await postMessage(contexts.get(name)!.request, roost.url, id, body);
    expect(answer.status()).toBe(201);
    return ((await answer.json()) as { message: { id: string } }).message.id;
  };
  const change = (name: string, fields: Record<string, string>) => post(contexts.get(name)!, roost.url, room, fields);
  // The day stands above the first one.
  await send(NOAH, "·");
  for (const { by, body } of CASES) await send(by, body);
  // Each begins a group of its own: its author's name stands above it.
  await change(YASMIN, { intent: "edit", messageId: await send(YASMIN, "theirs"), body: THEIRS });
  await change(MONA, { intent: "delete", messageId: await send(MONA, DELETED) });
  await change(MONA, { intent: "react", messageId: await send(YASMIN, REACTED), emoji: "👍" });
  await change(NOAH, { intent: "edit", messageId: await send(NOAH, "own"), body: OWN });
  // Read by Noah already: neither what is new nor how many is in the pictures.
  await change(NOAH, { intent: "read", upTo: await send(YASMIN, "see you") });
  for (const context of contexts.values()) await context.close();
});
test.afterAll(() => roost?.stop());

/** Noah's room in a language, with the app's own letters there. */
async function opened(browser: Browser, language: Language): Promise<Page> {
  const context = await browser.newContext({ baseURL: roost.url, locale: WORDS[language].locale, timezoneId: "UTC", viewport, deviceScaleFactor: 1, colorScheme: "light", reducedMotion: "reduce", serviceWorkers: "block" });
  await post(context, roost.url, "/login", { email: people.get(NOAH)!.email, password: PASSWORD });
  const page = await context.newPage();
  await page.goto(room);
  await expect(page.locator("html")).toHaveAttribute("dir", WORDS[language].dir);
  await expect(message(page, "see you")).toBeVisible();
  // What a picture adds to the page while React takes it over would be a mismatch.
  await connected(page);
  await lettered(page);
  return page;
}

/** No style element: the page's own policy would refuse it. */
const styled = (page: Page) =>
  page.evaluate((css) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
  }, FOR_PICTURES);

async function lettered(page: Page) {
  await page.evaluate(() => document.fonts.ready.then(() => true));
  const missing = await page.evaluate(() => [["400", "Latin"], ["600", "Latin"], ["400", "عربي"], ["600", "عربي"]].filter(([weight, text]) => !document.fonts.check(`${weight} 16px "${text === "Latin" ? "IBM Plex Sans" : "IBM Plex Sans Arabic"}"`, text)));
  expect(missing).toEqual([]);
}

/** Whether this machine draws letters as the pictures have them, told by words that go one way and stand where they are put. */
async function drawsAlike(page: Page): Promise<boolean> {
  await page.evaluate(() => {
    const sample = document.createElement("div");
    sample.id = "sample";
    for (const [dir, text] of [["ltr", "Dinner at seven"], ["rtl", "العشاء في السابعة"]] as const) sample.append(Object.assign(document.createElement("p"), { dir, textContent: text }));
    Object.assign(sample.style, { position: "fixed", inset: "0 auto auto 0", inlineSize: "12rem", background: "white", zIndex: "100" });
    document.body.append(sample);
  });
  const sample = page.locator("#sample");
  try {
    await expect(sample).toHaveScreenshot("letters.png", { ...TOLERANCE, timeout: ALIKE_WITHIN_MS });
    return true;
  } catch (error) {
    if (!existsSync(test.info().snapshotPath("letters.png")) || !String(error).includes("ratio")) throw error;
    return false;
  } finally {
    await sample.evaluate((element) => element.remove());
  }
}

const item = (page: Page, text: string) => page.locator("li[data-stop]", { has: page.locator("[data-message]", { hasText: text }) }).last();
const message = (page: Page, text: string) => item(page, text).locator("[data-message]");

/**
 * The pieces of an element's text, given in any order, from left to right as they stand on the screen, with its direction.
 * Pieces are looked for in the text from its beginning on, each after the one before it; what none of them covers is told.
 */
const fromLeftToRight = (element: Locator, pieces: readonly string[]) =>
  element.evaluate((root, wanted) => {
    const nodes: Text[] = [];
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, (node) => (node.parentElement!.closest(".sr-only") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT));
    while (walker.nextNode()) nodes.push(walker.currentNode as Text);
    const text = nodes.map((node) => node.data).join("");
    const left = [...wanted];
    const found: { piece: string; x: number; y: number }[] = [];
    let uncovered = "";
    const place = (offset: number): [Text, number] => {
      let rest = offset;
      for (const node of nodes) {
        if (rest <= node.length && !(rest === node.length && node !== nodes.at(-1))) return [node, rest];
        rest -= node.length;
      }
      throw new Error("past the end");
    };
    for (let at = 0; at < text.length; ) {
      // The longest that stands here: "see" before "s".
      const piece = left.filter((one) => text.startsWith(one, at)).sort((a, b) => b.length - a.length)[0];
      if (piece === undefined) {
        uncovered += text[at++]!.trim();
        continue;
      }
      left.splice(left.indexOf(piece), 1);
      const range = document.createRange();
      range.setStart(...place(at));
      const [lastNode, lastOffset] = place(at + piece.length - 1);
      range.setEnd(lastNode, lastOffset + 1);
      const boxes = [...range.getClientRects()].filter(({ width }) => width > 0);
      found.push({ piece, x: Math.min(...boxes.map((box) => box.left)), y: Math.min(...boxes.map((box) => box.top)) });
      at += piece.length;
    }
    const tops = found.map(({ y }) => y);
    return {
      direction: getComputedStyle(root).direction,
      order: found.sort((a, b) => a.x - b.x).map(({ piece }) => piece),
      // In a line of its own nothing is to be compared from left to right.
      lines: Math.max(...tops) - Math.min(...tops) < 12 ? 1 : 2,
      uncovered: uncovered + left.join(""),
    };
  }, pieces);

async function expectOrder(element: Locator, direction: string, pieces: readonly string[]) {
  expect(await fromLeftToRight(element, pieces)).toEqual({ direction, order: [...pieces], lines: 1, uncovered: "" });
}

/** On which side of the page something stands. */
const sideOf = (element: Locator) =>
  element.evaluate((one) => {
    const { left, right } = one.getBoundingClientRect();
    return left < innerWidth - right ? "left" : "right";
  });

for (const language of LANGUAGES) {
  const { dir, edited, deleted, seenPreview } = WORDS[language];
  const [begin, end] = dir === "ltr" ? (["left", "right"] as const) : (["right", "left"] as const);

  test(`in order, in ${language}: names, mentions, addresses, numbers and code in texts of either direction`, async ({ browser }) => {
    const page = await opened(browser, language);
    for (const { name, body, seen } of CASES) {
      const paragraphs = message(page, body.split("\n")[0]!).locator("p");
      await expect(paragraphs, name).toHaveCount(seen.length);
      for (const [place, [direction, ...pieces]] of seen.entries()) await test.step(`${name}, paragraph ${place + 1}`, () => expectOrder(paragraphs.nth(place), direction, pieces));
    }
    // Around them it is the page's direction that decides.
    expect(await sideOf(item(page, THEIRS).locator("[id^=author-] bdi"))).toBe(begin);
    for (const [text, side] of [["see you", begin], [OWN, end]] as const) expect([text, await sideOf(message(page, text))]).toEqual([text, side]);
    await expectOrder(message(page, deleted).locator("p"), dir, dir === "ltr" ? deleted.split(" ") : deleted.split(" ").reverse());
    const time = /\d\d:\d\d|[٠-٩]{2}:[٠-٩]{2}/u;
    const marks = item(page, OWN).locator("div:has(> time)");
    const [clock] = time.exec(await marks.innerText())!;
    await expectOrder(marks, dir, dir === "ltr" ? [clock, edited] : [edited, clock]);
    const reaction = item(page, REACTED).locator(".reaction");
    await expectOrder(reaction, dir, dir === "ltr" ? ["👍", language === "ar" ? "١" : "1"] : [language === "ar" ? "١" : "1", "👍"]);
    expect(await sideOf(reaction)).toBe(begin);

    await page.goto("/chats");
    const row = page.locator(".conversation-row", { hasText: "Kitchen" });
    await expectOrder(row.locator("span:has(> bdi.font-semibold)"), dir, ["Kitchen", "·", "المطبخ"]);
    await expectOrder(row.locator("span.truncate.text-sm"), dir, seenPreview);
    await page.goto(`/search?${new URLSearchParams({ q: "see you" })}`);
    // The text's own direction, in both languages.
    await expectOrder(page.locator("main li span.text-sm", { hasText: "see you" }).first(), "ltr", [YASMIN, ":", "see", "you"]);
    await page.context().close();
  });

  test(`as seen, in ${language}: each message, and what the page puts around it`, async ({ browser }) => {
    const page = await opened(browser, language);
    await styled(page);
    test.skip(!(await drawsAlike(page)), "letters are drawn otherwise here than in the pictures: the order alone is compared");
    const masked = (element: Locator) => ({ ...TOLERANCE, mask: [element.locator("time"), element.locator(".reaction")] });
    for (const { name, body, orderOnly } of CASES) if (!orderOnly) await expect.soft(message(page, body.split("\n")[0]!)).toHaveScreenshot(`${language}-${name}.png`, TOLERANCE);
    for (const [name, text] of [["author-and-edited", THEIRS], ["deleted", deleted], ["reaction", REACTED], ["own-edited", OWN]] as const) {
      const shown = item(page, text);
      await expect.soft(shown).toHaveScreenshot(`${language}-${name}.png`, masked(shown));
    }
    await page.goto("/chats");
    await connected(page);
    await lettered(page);
    await styled(page);
    const row = page.locator(".conversation-row", { hasText: "Kitchen" });
    await expect.soft(row).toHaveScreenshot(`${language}-list.png`, masked(row));
    await page.context().close();
  });
}
