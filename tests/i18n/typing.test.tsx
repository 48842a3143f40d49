/** Who is typing, in words: one, two, several and many, in both languages, and quiet to screen readers. */
import { renderToStaticMarkup } from "react-dom/server";
import { I18nextProvider } from "react-i18next";
import { describe, expect, test } from "vitest";
import { TypingText } from "#app/components/chat/typing-line.tsx";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { LocaleContext } from "#app/i18n/locale-context.ts";
import type { Locale } from "#app/i18n/locale.ts";

const locale = (language: "ar" | "en"): Locale => ({ language, dir: language === "ar" ? "rtl" : "ltr", digits: language === "ar" ? "arab" : "latn", timeZone: "UTC" });
const html = (language: "ar" | "en", names: string[]) =>
  renderToStaticMarkup(
    <I18nextProvider i18n={createI18n(language, locale(language).digits)}>
      <LocaleContext.Provider value={locale(language)}>
        <TypingText names={names} />
      </LocaleContext.Provider>
    </I18nextProvider>,
  );
const words = (language: "ar" | "en", names: string[]) => html(language, names).replaceAll(/<[^>]*>/g, "");
const crowd = (count: number) => Array.from({ length: count }, (_, index) => (index === 0 ? "سارة" : index === 1 ? "Ben" : `P${index}`));

describe.each([
  [0, "", ""],
  [1, "سارة is typing", "سارة يكتب"],
  [2, "سارة and Ben are typing", "سارة وBen يكتبان"],
  [3, "سارة, Ben and P2 are typing", "سارة، Ben وP2 يكتبون"],
  [4, "سارة, Ben and 2 others are typing", "سارة، Ben وشخصان آخران يكتبون"],
  [5, "سارة, Ben and 3 others are typing", "سارة، Ben و٣ أشخاص آخرين يكتبون"],
  [13, "سارة, Ben and 11 others are typing", "سارة، Ben و١١ شخصًا آخر يكتبون"],
  [102, "سارة, Ben and 100 others are typing", "سارة، Ben و١٠٠ شخص آخر يكتبون"],
])("%d", (count, english, arabic) => {
  test("in English", () => expect(words("en", crowd(count))).toBe(english));
  test("in Arabic", () => expect(words("ar", crowd(count))).toBe(arabic));
});

test("each name stands apart, so that Arabic and Latin ones keep their order", () => {
  expect(html("en", crowd(2))).toContain("<bdi>سارة</bdi> and <bdi>Ben</bdi>");
});

test("a name is a name, whatever is in it", () => {
  expect(words("en", ["{0}", "{1}{0}"])).toBe("{0} and {1}{0} are typing");
  expect(html("en", ["<b>x</b>"])).toContain("&lt;b&gt;x&lt;/b&gt;");
  expect(words("en", ["{{names}} $t(chats.you)"])).toBe("{{names}} $t(chats.you) is typing");
});

test("it can be read, and is announced by nothing", () => {
  expect(html("en", crowd(3))).not.toMatch(/aria-live|role="(status|alert|log)"|<output/);
  // Its place stays while nobody types.
  expect(html("en", [])).toBe('<p class="typing-line"></p>');
});
