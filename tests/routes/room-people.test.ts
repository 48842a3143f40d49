/** Finding people for a room, and members in a large one, by plain forms as browsers without JavaScript send them. Covers A2, C1. */
import { afterAll, beforeAll, expect, it } from "vitest";
import { newId } from "#app/domain/ids.ts";
import { fillRoom } from "#tests/domain/people.ts";
import { startApp, type TestApp, type TestBrowser } from "#tests/support/http.ts";

let app: TestApp;
let mona: TestBrowser;
let adam: TestBrowser;
let large: string;
let small: string;
beforeAll(async () => {
  app = await startApp();
  [mona, adam] = [await app.signedIn("parent@roost.test"), await app.signedIn("other@roost.test")];
  const room = async (name: string) => (await mona.post("/chats", { intent: "create-room", name, access: "closed" })).headers.get("location")!;
  [large, small] = [await room("Street"), await room("Garden")];
  await fillRoom({ db: app.db, newId, now: Date.now }, idIn(large), 110);
});
afterAll(() => app.stop());

const idIn = (path: string) => path.split("/")[2]!;
const info = async (path: string, typed: Record<string, string> = {}, by = mona) => {
  const answer = await by.get(`${path}/info?${new URLSearchParams(typed)}`);
  const html = await answer.text();
  return { status: answer.status, html, members: [...html.matchAll(/data-member="([0-9a-f]{32})"/g)].map(([, id]) => id!), next: /name="after" value="([0-9a-f]{32})"/.exec(html)?.[1] };
};

it("pages through the members of a large room by its buttons, and back to the first", async () => {
  const seen: string[] = [];
  let after: string | undefined;
  do {
    const page = await info(large, after === undefined ? {} : { who: "", after });
    expect([page.status, page.html.includes("Back to the first")]).toEqual([200, after !== undefined]);
    seen.push(...page.members);
    after = page.next;
  } while (after !== undefined);
  expect([seen.length, new Set(seen).size]).toEqual([111, 111]);
});

it("finds one member, whom the owner can remove and nobody else", async () => {
  expect((await mona.post(large, { intent: "invite", userId: await idOf("other@roost.test") })).status).toBe(302);
  const [found, theirs] = [await info(large, { who: "crowd 108" }), await info(large, { who: "crowd 108" }, adam)];
  expect([found.members.length, found.html.includes('value="remove-member"'), found.html.includes('value="crowd 108"')]).toEqual([1, true, true]);
  expect([theirs.members, theirs.html.includes('value="remove-member"')]).toEqual([found.members, false]);
  expect((await adam.post(large, { intent: "remove-member", userId: found.members[0]! })).status).toBe(403);
  expect((await mona.post(large, { intent: "remove-member", userId: found.members[0]! })).status).toBe(302);
  const gone = await info(large, { who: "crowd 108" });
  expect([gone.members, gone.html.includes("Nobody here has such a name.")]).toEqual([[], true]);
});

it("finds somebody to invite whom the list leaves out", async () => {
  const [first, found] = [await info(small), await info(small, { find: "CROWD 99" })];
  expect([first.html.includes("Invite Crowd 99"), first.html.includes("The first 20 by name")]).toEqual([false, true]);
  expect([...found.html.matchAll(/aria-label="Invite (Crowd \d+)"/g)].map(([, name]) => name)).toEqual(["Crowd 99"]);
});

it("takes whatever is typed, and shows strangers nothing", async () => {
  for (const typed of [{ who: "%", find: "\\_%" }, { who: "x".repeat(5_000) }, { after: "nobody" }, { after: newId(), who: "<script>" }]) expect((await info(large, typed)).status).toBe(200);
  const robin = await app.signedIn("admin@roost.test");
  for (const path of [large, small]) {
    const answer = await info(path, { who: "crowd" }, robin);
    // Their own list of people to chat with stands beside it.
    expect([answer.status, answer.members, answer.html.includes("Invite Crowd"), /Street|Garden/.test(answer.html)]).toEqual([404, [], false, false]);
  }
  expect((await app.browser().get(`${large}/info?who=crowd`)).headers.get("location")).toMatch(/^\/login/);
});

async function idOf(email: string): Promise<string> {
  return (await app.db.all<{ id: string }>("SELECT id FROM users WHERE email = ?", [email]))[0]!.id;
}
