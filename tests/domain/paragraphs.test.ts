/** What a message's text is made of: what keeps its own direction, and which way each paragraph goes. */
import { describe, expect, test } from "vitest";
import { linkParts, paragraphsOf } from "#app/components/chat/paragraphs.ts";

const names = new Map([["m", "Mona"], ["y", "ياسمين"], ["a", "Adam · آدم"], ["7", "Room 7"]]);
/** `kind:text` of what is more than text, by paragraph. */
const apart = (body: string) => paragraphsOf(body, names).map(({ parts }) => parts.filter(({ kind }) => kind !== "text").map(({ kind, text }) => `${kind}:${text}`));
const directions = (body: string) => paragraphsOf(body, names).map(({ direction }) => direction);

describe("links in messages", () => {
  test("http, https and mail become links, around them the text is kept", () => {
    expect(linkParts("see https://roost.example/a?b=1, or write to amal@example.com!")).toEqual([
      { kind: "text", text: "see " },
      { kind: "link", text: "https://roost.example/a?b=1", href: "https://roost.example/a?b=1" },
      { kind: "text", text: ", or write to " },
      { kind: "link", text: "amal@example.com", href: "mailto:amal@example.com" },
      { kind: "text", text: "!" },
    ]);
  });

  test.each([["الوصفة: https://roost.test/a?b=1، جرّبوها", "https://roost.test/a?b=1"], ["هل رأيت https://roost.test/a؟", "https://roost.test/a"], ["«https://roost.test/a»", "https://roost.test/a"], ["https://roost.test/وصفات/٣؛", "https://roost.test/وصفات/٣"]])("%s: the mark after an address is the sentence's", (line, address) => {
    expect(linkParts(line).find(({ kind }) => kind === "link")).toMatchObject({ text: address, href: expect.stringMatching(new RegExp(`${address.replace("?", "\\?")}$`)) });
    expect(linkParts(line).map(({ text }) => text).join("")).toBe(line);
  });

  test.each(["javascript:alert(1)", "data:text/html,<b>x</b>", "vbscript:x", "file:///etc/passwd", "ftp://roost.example/x", "<a href='javascript:x'>y</a>"])("%s never becomes a link of that scheme", (text) => {
    for (const part of linkParts(text)) if (part.kind === "link") expect(part.href).toMatch(/^(https?|mailto):/);
    expect(linkParts(text).map((part) => part.text).join("")).toBe(text);
  });
});

describe("what stands apart", () => {
  test.each<[string, string[]]>([
    ["@Mona تعالي", ["mention:@Mona"]],
    ["write to mona@Mona, not to @Monas", []],
    ["اتصل على +49 30 901820 الآن", ["phone:+49 30 901820"]],
    ["الرقم (٠٥٠) ١٢٣-٤٥٦٧.", ["phone:(٠٥٠) ١٢٣-٤٥٦٧"]],
    ["0171/2345678, 0049 171 234567", ["phone:0171/2345678", "phone:0049 171 234567"]],
    // Not to call: dates, years, money, times, short numbers, parts of something longer.
    ["01-02-2026, ٠١/٠٢/٢٠٢٦, 2026-02-01, 1 000 000, 07:30 08:45 09:50, 007, x0171234567, 3.0123456789", []],
    ["شغّل `npm run build --watch` ثم", ["code:`npm run build --watch`"]],
    ["Mu`awiya and `Ali and `Umar, a ` b ` c, ``", []],
    ["`https://roost.test @Mona +49 30 901820`", ["code:`https://roost.test @Mona +49 30 901820`"]],
    ["https://roost.test/0171234567", ["link:https://roost.test/0171234567"]],
    ["@Room 7 and @Adam · آدم", ["mention:@Room 7", "mention:@Adam · آدم"]],
  ])("%s", (body, expected) => {
    expect(apart(body)).toEqual([expected]);
    expect(paragraphsOf(body, names)[0]!.parts.map(({ text }) => text).join("")).toBe(body);
  });
});

describe("the direction of a paragraph", () => {
  test.each<[string, (string | null)[]]>([
    ["Hello", ["ltr"]],
    ["… مرحبا Mona", ["rtl"]],
    ["@ياسمين are you there?", ["ltr"]],
    ["@Mona هل أنت هنا؟", ["rtl"]],
    ["https://roost.test رابط", ["rtl"]],
    ["`npm start` يكفي", ["rtl"]],
    // Nothing but a name: the name's.
    ["@ياسمين!", ["rtl"]],
    ["@Mona 👍", ["ltr"]],
    // Nothing at all: as the one before it; before the first, as the first.
    ["مرحبا\n\n👍\nHello\n+49 30 901820", ["rtl", "rtl", "rtl", "ltr", "ltr"]],
    ["🎂\nhttps://roost.test\nكل عام وأنت بخير", ["rtl", "rtl", "rtl"]],
    ["👍\n٤٢", [null, null]],
    ["\u200fABC", ["rtl"]],
  ])("%s", (body, expected) => expect(directions(body)).toEqual(expected));
});
