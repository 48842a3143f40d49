/** Setting, else Accept-Language, else English (A5). */
import fc from "fast-check";
import { expect, it } from "vitest";
import { localeFor, preferred } from "#app/http/locale.server.ts";

it.each([
  ["ar", "ar"],
  ["ar-EG,en;q=0.5", "ar"],
  ["en;q=0.4, ar;q=0.9", "ar"],
  ["fr, de;q=0.9, ar;q=0.1", "ar"],
  ["fr", null],
  ["ar;q=0", null],
  ["arc, enm", null],
  ["", null],
  [null, null],
])("%s asks for %s", (header, expected) => expect(preferred(header)).toBe(expected));

it("lets the person's setting win, and pins everything", () => {
  expect(localeFor({ language: "en", digits: "arab", timeZone: "Africa/Cairo" }, "ar")).toEqual({ language: "en", dir: "ltr", digits: "arab", timeZone: "Africa/Cairo" });
  expect(localeFor({ language: null, digits: null, timeZone: null }, "ar")).toEqual({ language: "ar", dir: "rtl", digits: "arab", timeZone: "UTC" });
  expect(localeFor(null, "xx")).toEqual({ language: "en", dir: "ltr", digits: "latn", timeZone: "UTC" });
});

it("takes any header", () => {
  fc.assert(fc.property(fc.string(), (header) => void expect(["ar", "en", null]).toContain(preferred(header))));
});
