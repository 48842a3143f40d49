/** design.md: contrast AA everywhere, AAA for running text, eight members told apart; computed from tokens.css. */
import { describe, expect, test } from "vitest";
import { THEME_COLORS } from "#app/styles/theme-colors.ts";
import { contrast, distance, hex, THEMES, tokensIn, toLinearRgb, type Oklch, type Theme } from "./support/colour.ts";

const AA = 4.5;
const AAA = 7;
/** WCAG 1.4.11: edges of fields, shapes of state, focus rings. */
const SHAPE = 3;
const GROUNDS = ["paper", "surface", "sunken"];
const on = (text: string, grounds: readonly string[], least: number) => grounds.map((ground) => [text, ground, least] as const);

const PAIRS: readonly (readonly [string, string, number])[] = [
  ...on("ink", [...GROUNDS, "accent-soft", "good-soft", "waiting-soft", "bad-soft"], AAA),
  ["bubble-own-ink", "bubble-own", AAA],
  ["bubble-other-ink", "bubble-other", AAA],
  ...on("ink-soft", [...GROUNDS, "accent-soft"], AA),
  ...on("ink-faint", GROUNDS, AA),
  ...on("accent-ink", [...GROUNDS, "accent-soft", "bubble-own", "bubble-other"], AA),
  ...on("on-accent", ["accent", "accent-strong"], AA),
  ...on("on-bad", ["bad", "bad-strong"], AA),
  ...["good", "waiting", "bad"].flatMap((state) => on(state, [...GROUNDS, `${state}-soft`], AA)),
  ...on("line-strong", ["paper", "surface"], SHAPE),
  ...on("accent", GROUNDS, SHAPE),
  ...Array.from({ length: 8 }, (_, hue) => on(`member-${hue}`, [...GROUNDS, `member-${hue}-soft`], AA)).flat(),
];

const token = (theme: Theme, name: string): Oklch => {
  const found = THEMES[theme].get(name);
  if (!found) throw new Error(`${theme} has no --color-${name}`);
  return found;
};

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(PAIRS)("%s on %s: at least %s", (text, ground, least) => {
    expect(contrast(token(theme, text), token(theme, ground))).toBeGreaterThanOrEqual(least);
  });

  test("own messages are told from others'", () => {
    expect(distance(token(theme, "bubble-own"), token(theme, "bubble-other"))).toBeGreaterThan(0.05);
  });

  test("every two members are told apart", () => {
    const members = Array.from({ length: 8 }, (_, hue) => token(theme, `member-${hue}`));
    const close = members.flatMap((a, i) => members.slice(i + 1).map((b, j) => [i, i + 1 + j, distance(a, b)] as const)).filter(([, , apart]) => apart < 0.07);
    expect(close).toEqual([]);
  });

  test("every colour is one that screens have", () => {
    const outside = [...THEMES[theme]].filter(([, colour]) => toLinearRgb(colour).some((part) => part < -0.002 || part > 1.002)).map(([name]) => name);
    expect(outside).toEqual([]);
  });

  test("the browser's bars are paper", () => {
    expect(THEME_COLORS[theme]).toBe(hex(token(theme, "paper")));
  });
});

test("both themes name the same colours", () => {
  expect([...THEMES.dark.keys()].sort()).toEqual([...THEMES.light.keys()].sort());
});

test("the arithmetic agrees with known values", () => {
  expect(contrast([0, 0, 0], [1, 0, 0])).toBeCloseTo(21, 1);
  expect(hex([0.628, 0.2577, 29.23])).toBe("#ff0000");
  expect(contrast([0.8, 0, 0], [0.9, 0, 0])).toBeLessThan(AA);
  expect([...tokensIn("--color-a-b: oklch(0.5 0.1 20); --color-c: red;").keys()]).toEqual(["a-b"]);
});
