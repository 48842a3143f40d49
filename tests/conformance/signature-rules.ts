import { expect } from "vitest";
import { bodyMd5 } from "#worker/channels/credentials.ts";
import { publisher } from "./packages.ts";
import { apiRequest, httpRequest } from "./signed-request.ts";
import type { RequestOptions } from "./signed-request.ts";
import { connect } from "./socket-client.ts";
import type { Rules } from "./target.ts";

const BODY = { name: "e", channel: "signed", data: "{}" };
const WINDOW_S = 600;
const secondsAgo = (seconds: number) => String(Math.floor(Date.now() / 1000) - seconds);

export function signatureRules({ rule, target }: Rules): void {
  const post = (options: Partial<RequestOptions> = {}) => apiRequest(target(), { path: "/events", body: BODY, ...options });

  const refused: Record<string, [status: number, title: string, options: () => Partial<RequestOptions>]> = {
    "wrong-secret": [401, "another secret", () => ({ secret: "not-the-secret" })],
    "wrong-key": [401, "another key", () => ({ auth: { auth_key: "not-the-key" } })],
    "no-key": [401, "no auth_key", () => ({ auth: { auth_key: undefined } })],
    "no-signature": [401, "no auth_signature", () => ({ after: (query) => query.delete("auth_signature") })],
    "signature-cut": [401, "a signature that was cut", () => ({ after: (query) => query.set("auth_signature", query.get("auth_signature")!.slice(0, 63)) })],
    "601-old": [401, "601 seconds old", () => ({ auth: { auth_timestamp: secondsAgo(WINDOW_S + 1) } })],
    "602-ahead": [401, "602 seconds ahead", () => ({ auth: { auth_timestamp: secondsAgo(-WINDOW_S - 2) } })],
    "no-timestamp": [401, "no auth_timestamp", () => ({ auth: { auth_timestamp: undefined } })],
    "timestamp-text": [401, "an auth_timestamp that is no number", () => ({ auth: { auth_timestamp: "now" } })],
    version: [401, "another auth_version", () => ({ auth: { auth_version: "2.0" } })],
    "no-version": [401, "no auth_version", () => ({ auth: { auth_version: undefined } })],
    "no-md5": [401, "no body_md5", () => ({ auth: { body_md5: undefined } })],
    "wrong-md5": [401, "the body_md5 of another body", () => ({ auth: { body_md5: bodyMd5(Buffer.from("{}")) } })],
    "other-body": [401, "another body than was signed", () => ({ sentBody: JSON.stringify({ ...BODY, data: '{"evil":1}' }) })],
    "added-parameter": [401, "a parameter added afterwards", () => ({ after: (query) => query.set("info", "user_count") })],
    "doubled-parameter": [401, "a parameter given twice", () => ({ after: (query) => query.append("auth_key", "other") })],
    "unknown-app": [404, "an app that does not exist", () => ({ appId: "no-such-app" })],
  };
  for (const [id, [status, title, options]] of Object.entries(refused)) {
    rule(`signature.${id}`, `${title}: refused with ${status}, nothing is sent`, async () => {
      const client = await connect(target());
      await client.join("signed");
      const answer = await post(options());
      await post({ body: { ...BODY, name: "fence" } });
      await client.next("fence");
      expect({ status: answer.status, events: client.events("signed").map((frame) => frame.event) }).toEqual({ status, events: ["fence"] });
    });
  }

  rule("status.real", "a refusal is a refusal by its HTTP status, too", async () => {
    expect((await post({ secret: "not-the-secret" })).httpStatus).toBe(401);
  });

  rule("signature.598-old", "598 seconds old is accepted", async () => {
    expect((await post({ auth: { auth_timestamp: secondsAgo(WINDOW_S - 2) } })).status).toBe(200);
  });

  rule("signature.get", "reading needs a signature, too", async () => {
    expect((await httpRequest(target(), "GET", `/apps/${target().app.id}/channels`)).status).toBe(401);
  });

  rule("signature.lower-case", "parameter names are signed in lower case", async () => {
    const answer = await apiRequest(target(), { path: "/channels", params: { Filter_By_Prefix: "presence-" } });
    expect(answer.status).toBe(200);
  });

  rule("signature.package-401", "the pusher package sees a wrong secret as status 401", async () => {
    await expect(publisher(target(), { secret: "not-the-secret" }).trigger("signed", "e", {})).rejects.toMatchObject({ status: 401 });
  });

  rule("signature.package-404", "and a wrong app id as 404", async () => {
    await expect(publisher(target(), { appId: "no-such-app" }).trigger("signed", "e", {})).rejects.toMatchObject({ status: 404 });
  });
}
