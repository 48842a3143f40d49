/** What the components promise to assistive technology, rendered as the server does. */
import type { ReactElement } from "react";
import { renderToStaticMarkup } from "react-dom/server";
import { I18nextProvider } from "react-i18next";
import { expect, test } from "vitest";
import { Avatar } from "#app/components/avatar.tsx";
import { Button } from "#app/components/button.tsx";
import { ConnectionBadge, type ConnectionState } from "#app/components/connection-badge.tsx";
import { errorKindOf } from "#app/components/error-page.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { failureOf, FormError } from "#app/components/form-error.tsx";
import { IconButton } from "#app/components/icon-button.tsx";
import { initialsOf } from "#app/components/initials.ts";
import { frameOf } from "#app/components/route-handle.ts";
import { Spinner } from "#app/components/spinner.tsx";
import { FileName } from "#app/components/uploads/file-name.tsx";
import { nameParts } from "#app/components/uploads/name-parts.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";

const render = (element: ReactElement, language: "ar" | "en" = "en") =>
  renderToStaticMarkup(<I18nextProvider i18n={createI18n(language, language === "ar" ? "arab" : "latn")}>{element}</I18nextProvider>);

const failure = { ok: false as const, intent: "profile", error: { code: "invalid-input", message: "Look again." }, errors: { email: "No such address." }, values: { email: "x" } };

test("a field's error and hint are read out with it", () => {
  const html = render(<TextField id="email" label="E-mail" name="email" type="email" hint="Only for signing in." error="No such address." />);
  expect(html).toContain('for="email"');
  expect(html).toContain('aria-invalid="true"');
  expect(html).toContain('aria-describedby="email-hint email-error"');
  expect(html).toMatch(/id="email-error"[^>]*>.*No such address\./);
});

test("a field that is well says nothing", () => {
  const html = render(<TextField id="name" label="Name" name="name" />);
  expect(html).not.toContain("aria-invalid");
  expect(html).not.toContain("aria-describedby");
});

test("a select keeps its choice", () => {
  const html = render(<SelectField label="Language" name="language" defaultValue="ar" options={[{ value: "en", label: "English" }, { value: "ar", label: "العربية", lang: "ar" }]} />);
  expect(html).toMatch(/<option value="ar" lang="ar" selected="">العربية/);
});

test("a busy button keeps its words and says that it is busy", () => {
  const html = render(<Button busy>Save</Button>);
  expect(html).toContain('aria-busy="true"');
  expect(html).toContain("Save");
  expect(html).not.toContain('disabled=""');
  expect(render(<Button>Save</Button>)).not.toContain("aria-busy");
});

test("buttons do not send forms unless they are told to", () => {
  expect(render(<Button>Save</Button>)).toContain('type="button"');
  expect(render(<Button type="submit">Save</Button>)).toContain('type="submit"');
});

test("an icon button has a name", () => {
  expect(render(<IconButton label="Close" icon={<svg />} />)).toContain('aria-label="Close"');
});

test("a refused form is an alert with sentence and code; none without a failure", () => {
  const html = render(<FormError failure={failure} />);
  expect(html).toContain('role="alert"');
  expect(html).toContain("Look again.");
  expect(html).toContain("invalid-input");
  expect(render(<FormError failure={undefined} />)).toBe("");
});

test("a failure belongs to the form that was sent", () => {
  expect(failureOf(failure)).toBe(failure);
  expect(failureOf(failure, "profile")?.errors["email"]).toBe("No such address.");
  expect(failureOf(failure, "password")).toBeUndefined();
  expect([failureOf(undefined), failureOf(null), failureOf({ ok: true })]).toEqual([undefined, undefined, undefined]);
});

test.each(["connected", "connecting", "polling", "offline"] satisfies ConnectionState[])("%s is told by a word and a shape of its own", (state) => {
  const html = render(<ConnectionBadge state={state} />, "ar");
  const others = (["connected", "connecting", "polling", "offline"] as const).filter((other) => other !== state).map((other) => render(<ConnectionBadge state={other} />, "ar"));
  const shape = /<svg.*<\/svg>/.exec(html)?.[0];
  expect(html).toContain('role="status"');
  expect(html).toContain(createI18n("ar", "arab").t(`connection.${state}`));
  expect(others.map((other) => /<svg.*<\/svg>/.exec(other)?.[0])).not.toContain(shape);
});

test.each([
  ["Sara Haddad", "SH"],
  ["Ida", "I"],
  ["Margarethe von Hohenzollern", "MH"],
  ["  éva  ", "É"],
  ["ليلى الحداد", "ل"],
  ["الحداد", "ح"],
  ["Adam · آدم", "A"],
  ["👩‍👧 Nest", "N"],
  ["", ""],
])("the initials of %j are %j", (name, initials) => expect(initialsOf(name)).toBe(initials));

test("an avatar's letters are not read out, being here is", () => {
  const html = render(<Avatar name="Sara Haddad" hue={9} online />);
  expect(html).toContain('data-hue="1"');
  expect(html).toMatch(/aria-hidden="true"[^>]*>SH</);
  expect(html).toContain("online");
  expect(render(<Avatar name="Sara Haddad" hue={1} />)).not.toContain("online");
});

test("a spinner is said once", () => {
  expect(render(<Spinner />)).toContain("Loading");
  expect(render(<Spinner label={null} />)).not.toContain('role="status"');
});

test("the deepest route that says something about the frame wins", () => {
  const { t } = createI18n("en");
  const frame = frameOf([
    { handle: { layout: "fill", title: () => "Chats" }, data: {} },
    { handle: undefined, data: {} },
    { handle: { immersive: true, title: (_: unknown, data: unknown) => (data === undefined ? undefined : "Sara") }, data: { name: "Sara" } },
  ]);
  expect([frame.layout, frame.immersive, frame.title(t)]).toEqual(["fill", true, "Sara"]);
  expect([frameOf([]).layout, frameOf([]).immersive, frameOf([]).title(t)]).toEqual(["page", false, undefined]);
});

test.each([
  [404, true, "not-found"],
  [403, true, "forbidden"],
  [429, true, "refused"],
  [500, true, "broken"],
  [null, true, "broken"],
  [null, false, "offline"],
] as const)("status %s, online %s: %s", (status, online, kind) => expect(errorKindOf(status, online)).toBe(kind));

test.each([
  ["notes.txt", "", "notes.txt"],
  ["report-final-version.pdf", "report-final-version", ".pdf"],
  ["archive.tar.gz", "archive.", "tar.gz"],
  ["تقرير الميزانية.docx", "تقرير الميزانية", ".docx"],
  // Latin after Arabic is read as one word: a cut within it would turn its parts around.
  ["تقرير final.pdf", "تقرير ", "final.pdf"],
  ["تقرير-2026.pdf", "تقرير", "-2026.pdf"],
  ["ملف.صورة", "ملف.صورة", ""],
  ["README", "README", ""],
  ["a.of-what-nobody-knows", "a.of-what-nobody-knows", ""],
])("what is left out of %s is not its ending", (name, stem, ending) => {
  expect(nameParts(name)).toEqual({ stem, ending });
});

test("a file's name stands in its own direction, whole for whoever asks", () => {
  const html = render(<FileName name="تقرير الميزانية.docx" />);
  expect(html).toMatch(/^<bdi dir="auto" title="تقرير الميزانية.docx"/);
  expect(html.replaceAll(/<[^>]*>/g, "")).toBe("تقرير الميزانية.docx");
});
