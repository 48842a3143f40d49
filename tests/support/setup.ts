/**
 * A test during which something wrote to console.error or console.warn fails: such a line is how React, Node and
 * Remix report a mistake. A test that expects one replaces the method itself (`vi.spyOn(console, "error")`).
 * Unhandled rejections and errors fail the run by Vitest's own default.
 */
import { afterEach, beforeEach } from "vitest";
import { format } from "node:util";

const written: string[] = [];
const record =
  (method: string) =>
  (...values: unknown[]) =>
    void written.push(`console.${method}: ${format(...values)}`);

beforeEach(() => {
  written.length = 0;
  console.error = record("error");
  console.warn = record("warn");
});

afterEach(() => {
  const lines = written.splice(0);
  if (lines.length > 0) throw new Error(`The test wrote to the console:\n${lines.join("\n")}`);
});
