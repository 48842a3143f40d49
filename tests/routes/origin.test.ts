/** The origin rule by itself: proxies, PUBLIC_ORIGIN, missing headers. */
import { describe, expect, it } from "vitest";
import { isCrossSite, ownOrigin } from "#app/http/origin.server.ts";

const reader = (headers: Record<string, string>) => (name: string) => headers[name] ?? null;
const PLAIN = { publicOrigin: undefined, trustProxy: false };
const PROXIED = { publicOrigin: undefined, trustProxy: true };
const PUBLIC = { publicOrigin: "https://roost.example", trustProxy: false };

describe("own origin", () => {
  it.each([
    [{ host: "roost.lan:3000" }, PLAIN, "http://roost.lan:3000"],
    [{ host: "a:1", "x-forwarded-host": "b", "x-forwarded-proto": "https" }, PLAIN, "http://a:1"],
    [{ host: "a:1", "x-forwarded-host": "b, c", "x-forwarded-proto": "https" }, PROXIED, "https://b"],
    [{ host: "a:1" }, PUBLIC, "https://roost.example"],
    [{}, PLAIN, null],
    [{ host: "a b" }, PLAIN, null],
  ])("%j with %j is %s", (headers, settings, expected) => expect(ownOrigin(reader(headers as Record<string, string>), settings)).toBe(expected));
});

describe("cross-site", () => {
  it.each([
    [{ host: "a", origin: "http://a" }, PLAIN, false],
    [{ host: "a", origin: "https://a" }, PLAIN, true],
    [{ host: "a", origin: "http://a:8080" }, PLAIN, true],
    [{ host: "a:80", origin: "http://a" }, PLAIN, false],
    [{ host: "inner:1", origin: "https://roost.example" }, PUBLIC, false],
    [{ host: "roost.example", origin: "http://roost.example" }, PUBLIC, true],
    [{ host: "a", "x-forwarded-host": "b", "x-forwarded-proto": "https", origin: "https://b" }, PROXIED, false],
    [{ host: "a", "x-forwarded-host": "b", "x-forwarded-proto": "https", origin: "https://b" }, PLAIN, true],
    [{ host: "a", origin: "http://a", "sec-fetch-site": "cross-site" }, PLAIN, true],
    [{ host: "a", "sec-fetch-site": "none" }, PLAIN, false],
    [{ host: "a", "sec-fetch-site": "same-origin", referer: "https://other" }, PLAIN, false],
    [{ host: "a", referer: "http://a/page" }, PLAIN, false],
    [{ host: "a", referer: "https://other/page" }, PLAIN, true],
    [{ host: "a" }, PLAIN, false],
    [{ origin: "http://a" }, PLAIN, true],
  ])("%j with %j: %s", (headers, settings, expected) => expect(isCrossSite("POST", reader(headers as Record<string, string>), settings)).toBe(expected));

  it("judges unsafe methods only, however they are written", () => {
    const foreign = reader({ host: "a", origin: "https://other" });
    expect(["GET", "HEAD", "get", "POST", "put", "DELETE", "PROPFIND"].map((method) => isCrossSite(method, foreign, PLAIN))).toEqual([false, false, false, true, true, true, true]);
  });
});
