import { describe, expect, it } from "vitest";
import { apiRequest, trigger } from "#tests/conformance/signed-request.ts";
import { sameText } from "#worker/channels/credentials.ts";
import { AUTH_WINDOW_S } from "#worker/channels/request-signature.ts";
import { startServer } from "./servers.ts";

const BODY = { name: "e", channel: "c", data: "{}" };

describe("the time window of a request", () => {
  /** What the server answers to a request stamped so many seconds from its clock. */
  async function statusAt(offsetS: number, withinMs: number): Promise<number> {
    const nowS = 1_800_000_000;
    const { target } = await startServer({ clock: { now: () => nowS * 1_000 + withinMs } });
    return (await apiRequest(target, { path: "/events", body: BODY, auth: { auth_timestamp: String(nowS + offsetS) } })).status;
  }

  it.each([
    [-AUTH_WINDOW_S, 200],
    [AUTH_WINDOW_S, 200],
    [-AUTH_WINDOW_S - 1, 401],
    [AUTH_WINDOW_S + 1, 401],
  ])("%i s from the server's clock: %i, whatever the milliseconds", async (offsetS, status) => {
    expect(await statusAt(offsetS, 0)).toBe(status);
    expect(await statusAt(offsetS, 999)).toBe(status);
  });

  it.each(["-1", "1e9", "0x10", "", " 1800000000", "1800000000.5", "9".repeat(40)])("auth_timestamp %j is refused", async (timestamp) => {
    const { target } = await startServer();
    expect((await apiRequest(target, { path: "/events", body: BODY, auth: { auth_timestamp: timestamp } })).status).toBe(401);
  });

  it("says what is wrong, and never what would be right", async () => {
    const { target } = await startServer();
    const { text } = await apiRequest(target, { path: "/events", body: BODY, secret: "guess" });
    expect(text).toBe("Authentication failed: invalid signature\n");
  });

  it("a signature is hex in lower case, exactly", async () => {
    const { target } = await startServer();
    const signed = await apiRequest(target, { path: "/events", body: BODY, after: (query) => query.set("auth_signature", query.get("auth_signature")!.toUpperCase()) });
    expect(signed.status).toBe(401);
    expect((await trigger(target, "c")).status).toBe(200);
  });
});

it("compares texts of any length", () => {
  expect(sameText("abc", "abc")).toBe(true);
  for (const other of ["", "ab", "abd", "abcd", "äbc"]) expect(sameText(other, "abc")).toBe(false);
});
