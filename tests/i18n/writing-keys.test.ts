/** Keys and names where messages are written: Enter, mentions, the switcher. Covers B12 and the keyboard of issue 10. */
import { describe, expect, test } from "vitest";
import { sends } from "#app/components/chat/enter-key.ts";
import { mentioned, mentioning } from "#app/components/chat/mention-suggestions.ts";
import { fuzzyFound, fuzzyScore } from "#app/components/shortcuts/fuzzy.ts";
import { globalKey } from "#app/components/shortcuts/keys.ts";

const enter = { key: "Enter", keyCode: 13, shiftKey: false, ctrlKey: false, metaKey: false, altKey: false, isComposing: false };

test.each([
  ["Enter", {}, true, false],
  ["Shift+Enter", { shiftKey: true }, false, false],
  ["Ctrl+Enter", { ctrlKey: true }, true, true],
  ["Cmd+Enter", { metaKey: true }, true, true],
  ["Enter of an input method", { isComposing: true }, false, false],
  ["Enter of an input method that says so by its code alone", { keyCode: 229 }, false, false],
  ["Ctrl+Enter of an input method", { ctrlKey: true, isComposing: true }, false, false],
  ["another key", { key: "a" }, false, false],
])("%s", (_, more, whenEnterSends, whenNot) => {
  expect([sends({ ...enter, ...more }, true), sends({ ...enter, ...more }, false)]).toEqual([whenEnterSends, whenNot]);
});

describe("whom an @ means", () => {
  const people = ["Mona", "أحمد علي", "Zoë Karlsson", "Sam", "Sam Smith"].map((name, id) => ({ id: String(id), name, hue: 0 }));
  const names = (text: string, caret = text.length) => mentioning(text, caret, people)?.people.map(({ name }) => name) ?? null;
  test.each([
    ["hello @mo", ["Mona"]],
    ["@احمد", ["أحمد علي"]],
    ["@علي", ["أحمد علي"]],
    ["@zoe", ["Zoë Karlsson"]],
    ["@sam", ["Sam", "Sam Smith"]],
    ["@sam s", ["Sam Smith"]],
    ["mail@mo", null],
    ["@", ["Mona", "أحمد علي", "Zoë Karlsson", "Sam", "Sam Smith"]],
    ["@nobody", null],
    ["@Mona ", null],
    ["no sign", null],
  ])("%j", (text, found) => expect(names(text)).toEqual(found));

  test("the name takes the place of what was typed, and what stands behind the caret stays", () => {
    const found = mentioning("ask @mo now", 7, people)!;
    expect(mentioned("ask @mo now", found, people[0]!)).toEqual({ text: "ask @Mona  now", caret: 10 });
  });
});

describe("the switcher", () => {
  const names = ["Kitchen", "Karim · كريم", "مطبخ العائلة", "Monday market"];
  const found = (wanted: string) => fuzzyFound(names, (name) => name, wanted);
  test.each([
    ["kit", ["Kitchen"]],
    ["كريم", ["Karim · كريم"]],
    ["مطبخ", ["مطبخ العائلة"]],
    ["mm", ["Monday market", "Karim · كريم"].slice(0, 1)],
    ["ktn", ["Kitchen"]],
    ["xyz", []],
    ["", names],
  ])("%j", (wanted, expected) => expect(found(wanted)).toEqual(expected));
  test("letters in another order do not fit", () => expect(fuzzyScore("Kitchen", "nk")).toBeNull());

  const pressed = { key: "k", code: "KeyK", ctrlKey: true, metaKey: false, altKey: false, shiftKey: false, isComposing: false, isWriting: true };
  test.each([
    [{}, "switch"],
    [{ key: "ن" }, "switch"],
    [{ ctrlKey: false, metaKey: true }, "switch"],
    [{ isComposing: true }, null],
    [{ ctrlKey: false }, null],
    [{ key: "?", code: "Slash", ctrlKey: false, shiftKey: true, isWriting: false }, "help"],
    [{ key: "؟", code: "Slash", ctrlKey: false, shiftKey: true, isWriting: false }, "help"],
    [{ key: "?", code: "Slash", ctrlKey: false, shiftKey: true }, null],
  ])("%j opens %s", (more, opens) => expect(globalKey({ ...pressed, ...more })).toBe(opens));
});
