/** `redirectTo` never leaves the site, whatever it holds. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { redirectTo } from "#app/http/redirect-to.ts";

const SITE = "https://roost.example";

it.each(["/", "/chats", "/chats/1?before=3#end", "/search?q=%D8%B3&x=//other", "/a:b", "/chats?next=https://evil.example"])("keeps %s", (path) => expect(redirectTo(path)).toBe(path));

it.each([
  "//evil.example",
  "///evil.example",
  "/\\evil.example",
  "\\\\evil.example",
  "/\t/evil.example",
  "/\n/evil.example",
  " //evil.example",
  "/.//evil.example",
  "/./\\evil.example",
  "/a/..//evil.example",
  "/%2e%2e//evil.example",
  "/%2f/evil.example",
  "/%5cevil.example",
  "https://evil.example",
  "javascript:alert(1)",
  "data:text/html,x",
  "evil.example",
  "",
  "/\u0000",
  "/\u2028x",
  `/${"a".repeat(3_000)}`,
  undefined,
  null,
  7,
  ["/chats"],
])("refuses %j", (wish) => expect(redirectTo(wish, "/home")).toBe("/home"));

it("stays on the site for anything at all", () => {
  const nasty = fc.array(fc.constantFrom("/", "\\", "//", "..", ".", "%2f", "%5c", "%2e", "\t", "\n", "\r", "\0", "@", ":", "evil.example", "https:", "javascript:", "?", "#", " ", "é"), { maxLength: 12 }).map((parts) => parts.join(""));
  fc.assert(
    fc.property(fc.oneof(nasty, fc.string({ unit: "binary" }), fc.webUrl(), nasty.map((rest) => `/${rest}`)), (wish) => {
      const target = redirectTo(wish);
      const url = new URL(target, SITE);
      expect(url.origin).toBe(SITE);
      expect(url.href.startsWith(`${SITE}/`)).toBe(true);
      // A browser may resolve it against any page of ours, and servers in between may decode it once.
      expect(new URL(decodeOnce(target), `${SITE}/a/b`).origin).toBe(SITE);
    }),
    { numRuns: 3_000 },
  );
});

function decodeOnce(path: string): string {
  return path.replace(/^\/(?:%2f|%5c)+/i, (start) => decodeURIComponent(start));
}
