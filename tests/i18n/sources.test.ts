/** product.md A5: no text in a component; right to left by logical properties. */
import { expect, test } from "vitest";
import { hardCodedText, physicalClasses, physicalDeclarations, sourcesIn } from "./support/sources.ts";

const components = sourcesIn("app", [".tsx"]);

test("no component holds text that cannot be translated", () => {
  expect(components.length).toBeGreaterThan(20);
  expect(components.flatMap(hardCodedText)).toEqual([]);
});

test("no class and no style sheet names left or right", () => {
  expect(sourcesIn("app", [".tsx", ".ts"]).flatMap(physicalClasses)).toEqual([]);
  expect(sourcesIn("app", [".css"]).flatMap(physicalDeclarations)).toEqual([]);
});

test.each([
  ["<p>Hello</p>", 1],
  ["<p>{'Hello'}</p>", 1],
  ["<p>{busy ? 'Wait' : t('a.b')}</p>", 1],
  ["<p>{name && `Hello ${name}`}</p>", 1],
  ["<input aria-label=\"Name\" placeholder={'Type'} />", 2],
  ["<p>مرحبا</p>", 1],
  ["<p>{t('a.b')} · {name}</p>", 0],
  ["<input type=\"text\" name=\"email\" aria-label={t('a.b')} />", 0],
])("text in %s", (text, count) => {
  expect(hardCodedText({ file: "sample.tsx", text: `const a = ${text};` })).toHaveLength(count);
});

test.each(["ml-2", "md:pr-4", "-ml-1", "text-left", "rtl:right-0", "rounded-tl-sm", "border-l", "hover:left-3", "float-right"])("the class %s is found", (name) => {
  expect(physicalClasses({ file: "sample.tsx", text: `const a = <p className="flex ${name} p-2" />;` })).toHaveLength(1);
});

test.each(["ms-2", "me-4", "text-start", "start-0", "rounded-ss-sm", "pe-10", "bottom-3", "leading-none", "plain", "max-lg:hidden"])("the word %s is let pass", (name) => {
  expect(physicalClasses({ file: "sample.tsx", text: `const a = <p className="${name}" />;` })).toEqual([]);
});

test.each(["margin-left: 1px;", "a { right: 0 }", "text-align: right;", "border-top-left-radius: 2px"])("the declaration %s is found", (text) => {
  expect(physicalDeclarations({ file: "sample.css", text })).toHaveLength(1);
});

test.each(["margin-inline-start: 1px;", "inset-inline-end: 0;", "text-align: start;", "/* left: 0 */"])("the declaration %s is let pass", (text) => {
  expect(physicalDeclarations({ file: "sample.css", text })).toEqual([]);
});
