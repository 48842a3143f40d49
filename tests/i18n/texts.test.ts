/** product.md A5: the whole interface in Arabic and English, with all six Arabic plural forms. */
import { expect, test } from "vitest";
import { keysUsed, sourcesIn, stringsIn } from "./support/sources.ts";
import { baseKey, flatten, isPlural, placeholders, TEXTS } from "./support/texts.ts";

const ARABIC_FORMS = ["zero", "one", "two", "few", "many", "other"];
const ENGLISH_FORMS = ["one", "other"];
const sources = sourcesIn("app", [".ts", ".tsx"]);
const bases = { ar: new Set([...TEXTS.ar.keys()].map(baseKey)), en: new Set([...TEXTS.en.keys()].map(baseKey)) };

test("both languages have the same keys", () => {
  expect([...bases.ar].filter((key) => !bases.en.has(key))).toEqual([]);
  expect([...bases.en].filter((key) => !bases.ar.has(key))).toEqual([]);
});

test("no text is empty, and Arabic texts are Arabic", () => {
  for (const texts of Object.values(TEXTS)) expect([...texts].filter(([, text]) => text.trim() === "" ).map(([key]) => key)).toEqual([]);
  // A name, and frames of nothing but placeholders, are the same in both.
  const same = new Set(["common.appName", "common.titled", "format.date", "format.dateThisYear"]);
  const untranslated = [...TEXTS.ar].filter(([key, text]) => !same.has(key) && !/\p{Script=Arabic}/u.test(text) && /\p{L}/u.test(text.replace(/\{\{.*?\}\}/g, "")));
  expect(untranslated.map(([key]) => key)).toEqual([]);
});

test("counted texts have every plural form of their language", () => {
  for (const [language, forms] of [["ar", ARABIC_FORMS], ["en", ENGLISH_FORMS]] as const) {
    const counted = new Set([...TEXTS[language].keys()].filter(isPlural).map(baseKey));
    expect(counted.size).toBeGreaterThan(0);
    for (const key of counted) expect([key, forms.filter((form) => !TEXTS[language].has(`${key}_${form}`))]).toEqual([key, []]);
  }
});

test("placeholders agree between the languages", () => {
  // Arabic may say "two messages" without the number, so a counted text may leave its number out, never add another.
  for (const key of bases.en) {
    const of = (texts: ReadonlyMap<string, string>) => [...texts].filter(([candidate]) => baseKey(candidate) === key);
    const english = new Set(of(TEXTS.en).flatMap(([, text]) => placeholders(text)));
    for (const [arabicKey, text] of of(TEXTS.ar)) {
      if (isPlural(arabicKey)) expect([arabicKey, placeholders(text).filter((name) => !english.has(name))]).toEqual([arabicKey, []]);
      else expect([arabicKey, placeholders(text)]).toEqual([arabicKey, [...english].sort()]);
    }
  }
});

test("every key that the code uses exists", () => {
  const missing = sources.flatMap(keysUsed).filter(({ key, kind }) => (kind === "exact" ? !bases.en.has(key) : ![...bases.en].some((known) => known.startsWith(key))));
  expect(missing).toEqual([]);
});

test("no text is left over that no code uses", () => {
  const exact = new Set(sources.flatMap((source) => [...stringsIn(source)]));
  const prefixes = sources.flatMap(keysUsed).filter(({ kind }) => kind === "prefix").map(({ key }) => key);
  expect([...bases.en].filter((key) => !exact.has(key) && !prefixes.some((prefix) => key.startsWith(prefix)))).toEqual([]);
});

test("the checks themselves find what they look for", () => {
  const source = { file: "sample.tsx", text: 'const a = t("no.such"); const b = i18n.t(`open.${x}`); const c = t(y ? "one.a" : "one.b");' };
  expect(keysUsed(source).map(({ key, kind }) => [key, kind])).toEqual([["no.such", "exact"], ["open.", "prefix"], ["one.a", "exact"], ["one.b", "exact"]]);
  expect([...flatten({ a: { b_one: "x", b_other: "{{count, digits}} {{name}}" } })]).toEqual([["a.b_one", "x"], ["a.b_other", "{{count, digits}} {{name}}"]]);
  expect(placeholders("{{count, digits}} of {{ total }}")).toEqual(["count", "total"]);
});
