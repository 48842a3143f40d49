/** design.md: everything from tokens. A class that names no token and no rule of ours does nothing, silently. */
import { expect, test } from "vitest";
import { classNamesIn, designSystem, ownClasses } from "./support/utilities.ts";
import { sourcesIn } from "./support/sources.ts";

const system = await designSystem();
const exists = (name: string) => system.candidatesToCss([name])[0] !== null;

test("every class in a component does something", () => {
  const own = ownClasses(sourcesIn("app", [".css"]));
  const idle = sourcesIn("app", [".tsx"])
    .flatMap(classNamesIn)
    .filter(({ name }) => !own.has(name) && !exists(name));
  expect(idle.map(({ at, name }) => `${at} ${name}`)).toEqual([]);
});

test.each(["text-caption", "bg-red-500", "shadow-lg", "rounded-2xl", "p-huge"])("%s is no class of this design", (name) => expect(exists(name)).toBe(false));
test.each(["text-sm", "md:bg-accent-soft", "min-h-target", "along-text", "figures", "text-hue"])("%s is one", (name) => expect(exists(name)).toBe(true));

test("class names are found in every kind of expression", () => {
  const text = 'const a = <p className={`a ${b === "x" ? "c" : "d e"} f`} />; const g = <p className={classes("h", i && "j")} />;';
  expect(classNamesIn({ file: "sample.tsx", text }).map(({ name }) => name)).toEqual(["a", "c", "d", "e", "f", "h", "j"]);
});
