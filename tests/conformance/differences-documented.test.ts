import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { SOKETI_DIFFERENCES } from "./soketi-differences.ts";

it("docs/channels-server.md has the table of soketi's differences, whole and no more", async () => {
  const text = await readFile(path.resolve(import.meta.dirname, "../../docs/channels-server.md"), "utf8");
  const rows = text.split("\n").filter((line) => /^\| `[a-z]+\.[^`]+` \|/.test(line));
  expect(rows).toEqual(Object.entries(SOKETI_DIFFERENCES).map(([id, { instead }]) => `| \`${id}\` | ${instead} |`));
});
