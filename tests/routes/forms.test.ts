/** Signing up and in, settings, signing out, as a browser without JavaScript does it (A1, A4, D5). */
import { afterAll, beforeAll, expect, it } from "vitest";
import { startApp, type TestApp } from "#tests/support/http.ts";

let app: TestApp;
beforeAll(async () => void (app = await startApp()));
afterAll(() => app.stop());

const NEW = { name: "Sara", email: "Sara@Example.org ", password: "three small words", timeZone: "Africa/Cairo" };
const location = (answer: Response) => [answer.status, answer.headers.get("location")];

it("signs up as an ordinary member, signs in at once, and goes where one wanted to go", async () => {
  const browser = app.browser();
  expect(location(await browser.get("/settings?saved=x"))).toEqual([302, "/login?redirectTo=%2Fsettings%3Fsaved%3Dx"]);
  const answer = await browser.post("/signup", { ...NEW, redirectTo: "/settings?saved=x" });
  expect(location(answer)).toEqual([302, "/settings?saved=x"]);
  expect((await browser.get("/settings")).status).toBe(200);
  expect(await app.db.all("SELECT email, name, role, time_zone, password_hash LIKE '$argon2id$v=19$m=19456,t=2,p=1$%' AS hashed FROM users WHERE email LIKE 'sara%'")).toEqual([
    { email: "sara@example.org", name: "Sara", role: "member", time_zone: "Africa/Cairo", hashed: 1 },
  ]);
});

it("refuses a taken address, in whatever letters, and keeps what was typed but never the password", async () => {
  const answer = await app.browser().post("/signup", { ...NEW, email: "PARENT@roost.test", name: "ليلى" });
  const html = await answer.text();
  expect(answer.status).toBe(409);
  expect(html).toContain('value="PARENT@roost.test"');
  expect(html).toContain('value="ليلى"');
  expect(html).not.toContain(NEW.password);
  expect(html.match(/aria-invalid="true"/g)).toHaveLength(1);
});

it.each([
  ["name", { name: "   " }],
  ["name", { name: "a".repeat(61) }],
  ["email", { email: "nobody" }],
  ["password", { password: "short" }],
  ["password", { password: "x".repeat(201) }],
])("marks %s when it is %j", async (field, wrong) => {
  const browser = app.browser();
  const answer = await browser.post("/signup", { ...NEW, email: "someone@example.org", ...wrong });
  const html = await answer.text();
  expect([answer.status, browser.cookies.size]).toEqual([422, 0]);
  expect(html).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"|aria-invalid="true"[^>]*name="${field}"`));
});

it("takes a name apart from what could disguise it, and an odd time zone as none", async () => {
  await app.browser().post("/signup", { ...NEW, name: " A\u202Edam\u0000\n x ", email: "odd@example.org", timeZone: "Mars/Olympus" });
  expect(await app.db.all("SELECT name, time_zone FROM users WHERE email = 'odd@example.org'")).toEqual([{ name: "A dam x", time_zone: null }]);
});

it("says the same to a wrong password and to an unknown address", async () => {
  const texts = await Promise.all(
    ["parent@roost.test", "nobody@roost.test"].map(async (email) => {
      const answer = await app.browser().post("/login", { email, password: "not the password" });
      return [answer.status, /<p id="[^"]*-error".*?<\/p>/s.exec(await answer.text())?.[0].replace(/id="[^"]*"/, "")];
    }),
  );
  expect(texts[0]).toEqual(texts[1]);
  expect(texts[0]![0]).toBe(401);
});

it("answers in the browser's language", async () => {
  const html = await (await app.browser().post("/login", { email: "x", password: "" }, { "accept-language": "ar" })).text();
  expect(html).toContain('lang="ar" dir="rtl"');
  expect(html).toContain("بريد إلكتروني");
});

it("never leaves the site after signing in", async () => {
  for (const redirectTo of ["//evil.example", "https://evil.example", "/\\evil.example"]) {
    expect(location(await app.browser().post("/login", { email: "parent@roost.test", password: "roost-demo-pass", redirectTo }))).toEqual([302, "/"]);
    const signedIn = await app.signedIn("parent@roost.test");
    expect(location(await signedIn.get(`/login?${new URLSearchParams({ redirectTo })}`))).toEqual([302, "/"]);
  }
});

it("saves the profile, and the next page is in that language and those digits", async () => {
  const browser = await app.signedIn("other@roost.test");
  const answer = await browser.post("/settings", { intent: "profile", name: "Adam", language: "ar", digits: "latn", timeZone: "Asia/Amman" });
  expect(location(answer)).toEqual([302, "/settings?saved=profile"]);
  const html = await (await browser.get("/settings?saved=profile", { "accept-language": "en" })).text();
  expect(html).toContain('<html lang="ar" dir="rtl" data-digits="latn"');
  expect(html).toMatch(/value="Asia\/Amman" selected/);
});

it.each([
  ["language", { language: "de" }],
  ["digits", { digits: "roman" }],
  ["timeZone", { timeZone: "Mars/Olympus" }],
  ["name", { name: "" }],
])("refuses a profile with another %s", async (field, wrong) => {
  const browser = await app.signedIn("admin@roost.test");
  const answer = await browser.post("/settings", { intent: "profile", name: "Robin", language: "", digits: "", timeZone: "", ...wrong });
  expect(answer.status).toBe(422);
  expect(await answer.text()).toMatch(new RegExp(`name="${field}"[^>]*aria-invalid="true"`));
  expect(await app.db.all("SELECT name, language, digits, time_zone FROM users WHERE email = 'admin@roost.test'")).toEqual([{ name: "Robin", language: null, digits: null, time_zone: null }]);
});

it("saves what others may see, box by box, and shows it again", async () => {
  const browser = await app.signedIn("other@roost.test");
  const seen = async () => {
    const html = await (await browser.get("/settings")).text();
    return ["showReceipts", "showLastActive"].map((name) => /checked=""/.test(new RegExp(`<input[^>]*name="${name}"[^>]*>`).exec(html)![0]));
  };
  expect(await seen()).toEqual([true, true]);
  // Browsers leave out a box that is not ticked.
  expect(location(await browser.post("/settings", { intent: "privacy", showLastActive: "on" }))).toEqual([302, "/settings?saved=privacy"]);
  expect(await seen()).toEqual([false, true]);
  expect(location(await browser.post("/settings", { intent: "privacy" }))).toEqual([302, "/settings?saved=privacy"]);
  expect(await seen()).toEqual([false, false]);
  for (const field of ["showReceipts", "showLastActive"]) {
    const answer = await browser.post("/settings", { intent: "privacy", [field]: "perhaps" });
    expect(answer.status).toBe(422);
    expect(await answer.text()).toMatch(new RegExp(`<input[^>]*name="${field}"[^>]*aria-invalid="true"`));
  }
  expect(await seen()).toEqual([false, false]);
  await browser.post("/settings", { intent: "privacy", showReceipts: "on", showLastActive: "on" });
  expect(await seen()).toEqual([true, true]);
});

it("changes the password, ends every other session and keeps this one", async () => {
  const here = await app.signedIn("sara@example.org", NEW.password);
  const there = await app.signedIn("sara@example.org", NEW.password);
  const wrong = await here.post("/settings", { intent: "password", currentPassword: "wrong password", newPassword: "another four small words" });
  expect([wrong.status, (await there.get("/settings")).status]).toEqual([422, 200]);
  const answer = await here.post("/settings", { intent: "password", currentPassword: NEW.password, newPassword: "another four small words" });
  expect(location(answer)).toEqual([302, "/settings?saved=password"]);
  expect((await here.get("/settings")).status).toBe(200);
  expect(location(await there.get("/settings"))).toEqual([302, "/login?redirectTo=%2Fsettings"]);
  await app.signedIn("sara@example.org", "another four small words");
  await expect(app.signedIn("sara@example.org", NEW.password)).rejects.toThrow("401");
});

it("names an intent that it does not know as malformed", async () => {
  const browser = await app.signedIn("parent@roost.test");
  for (const intent of ["", "unknown", "constructor", "__proto__"]) expect((await browser.post("/settings", { intent })).status).toBe(400);
});

it("takes no new accounts by form where they are invited", async () => {
  const invited = await startApp({ SIGNUPS: "invited" });
  try {
    const page = await (await invited.browser().get("/signup")).text();
    expect(page).not.toContain('name="password"');
    const answer = await invited.browser().post("/signup", NEW);
    expect(answer.status).toBe(403);
    expect(await invited.db.all("SELECT id FROM users WHERE email LIKE 'sara%'")).toEqual([]);
  } finally {
    await invited.stop();
  }
});
