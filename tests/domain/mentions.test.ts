import fc from "fast-check";
import { expect, test } from "vitest";
import { MAX_MENTIONED, mentionedIn } from "#app/domain/conversations/mentions.ts";

const people = ["Sam", "Sam Smith", "Mona", "Adam · آدم", "ليلى", "Élodie"].map((name) => ({ id: name, name }));

test.each([
  ["@Mona can you look?", ["Mona"]],
  ["(@mona)", ["Mona"]],
  ["to @SAM SMITH, not Sam", ["Sam Smith"]],
  ["@Sam: now", ["Sam"]],
  ["@Sam and @Sam Smith", ["Sam", "Sam Smith"]],
  ["مرحبا @ليلى، كيف حالك؟", ["ليلى"]],
  ["@Adam · آدم", ["Adam · آدم"]],
  ["@E\u0301lodie", ["Élodie"]],
  ["nobody here", []],
  ["mail@Mona.example", []],
  ["@Monat", []],
  ["@ Mona", []],
  ["Mona", []],
  ["@@Mona", ["Mona"]],
])("%s", (body, expected) => expect(mentionedIn(body, people)).toEqual(expected));

test("several of one name are all meant, and nobody without a name; more than a few are cut", () => {
  const many = Array.from({ length: 80 }, (_, index) => ({ id: `u${index}`, name: "Sam" }));
  expect(mentionedIn("@Sam", many)).toHaveLength(MAX_MENTIONED);
  expect(mentionedIn("@", [{ id: "x", name: "" }])).toEqual([]);
});

test("whatever is written, only members are named, each once, and all of them by their names", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), fc.subarray(people), (noise, meant) => {
      const ids = mentionedIn(`${noise} ${meant.map(({ name }) => `@${name}`).join(", ")}`, people);
      expect(new Set(ids).size).toBe(ids.length);
      for (const { id } of meant) expect(ids).toContain(id);
    }),
  ));
