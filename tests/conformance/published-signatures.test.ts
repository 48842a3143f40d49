import PusherServer from "pusher";
import { describe, expect, it } from "vitest";
import { bodyMd5, channelAuth, requestSignature, userAuth } from "#worker/channels/credentials.ts";

/** The worked examples of Pusher's documentation (authentication signatures, HTTP API): what the suite itself signs with is right. */
const app = { id: "3", key: "278d425bdf160c739803", secret: "7ad3773142a6692b25b8" };

describe("Pusher's published signatures", () => {
  it("the pusher package makes the same", () => {
    const packaged = new PusherServer({ appId: app.id, key: app.key, secret: app.secret, host: "127.0.0.1" });
    expect(packaged.authorizeChannel("1234.1234", "private-foobar").auth).toBe(channelAuth(app, "1234.1234", "private-foobar"));
    const member = { user_id: "ann", user_info: { name: "Ann" } };
    const { auth, channel_data: channelData } = packaged.authorizeChannel("1234.1234", "presence-foobar", member);
    expect(auth).toBe(channelAuth(app, "1234.1234", "presence-foobar", channelData));
    const signedIn = packaged.authenticateUser("1234.1234", { id: "ann" });
    expect(signedIn.auth).toBe(userAuth(app, "1234.1234", signedIn.user_data));
  });

  it("private channel", () => {
    expect(channelAuth(app, "1234.1234", "private-foobar")).toBe(`${app.key}:58df8b0c36d6982b82c3ecf6b4662e34fe8c25bba48f5369f135bf843651c3a4`);
  });

  it("presence channel", () => {
    const channelData = '{"user_id":10,"user_info":{"name":"Mr. Channels"}}';
    expect(channelAuth(app, "1234.1234", "presence-foobar", channelData)).toBe(`${app.key}:31935e7d86dba64c2a90aed31fdc61869f9b22ba9d8863bba239c03ca481bc80`);
  });

  it("signed-in user", () => {
    expect(userAuth(app, "1234.1234", '{"id":"12345"}')).toBe(`${app.key}:4708d583dada6a56435fb8bc611c77c359a31eebde13337c16ab43aa6de336ba`);
  });

  it("HTTP request and its body", () => {
    const body = '{"name":"foo","channels":["project-3"],"data":"{\\"some\\":\\"data\\"}"}';
    const md5 = bodyMd5(Buffer.from(body));
    expect(md5).toBe("ec365a775a4cd0599faeb73354201b6f");
    // In any order, and with names in any case.
    const query: [string, string][] = [["body_md5", md5], ["auth_version", "1.0"], ["Auth_Key", app.key], ["auth_timestamp", "1353088179"]];
    expect(requestSignature(app.secret, "post", "/apps/3/events", query)).toBe("da454824c97ba181a32ccc17a72625ba02771f50b50e1e7430e47a1f3f457e6c");
  });

  it("another secret, socket or channel gives another signature", () => {
    const signed = channelAuth(app, "1234.1234", "private-foobar");
    expect(channelAuth({ ...app, secret: "other" }, "1234.1234", "private-foobar")).not.toBe(signed);
    expect(channelAuth(app, "1234.1235", "private-foobar")).not.toBe(signed);
    expect(channelAuth(app, "1234.1234", "private-foobaz")).not.toBe(signed);
  });
});
