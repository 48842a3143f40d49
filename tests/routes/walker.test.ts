/** Every loader and action of the app passes the gate of a wrapper (A2): nobody can add a route and forget it. */
import { expect, it } from "vitest";
import { isWrapped } from "#app/http/args.server.ts";

type RouteModule = Record<string, unknown>;
const modules = import.meta.glob<RouteModule>(["/app/routes/**/route.{ts,tsx}", "/app/routes/*.{ts,tsx}", "/app/root.tsx"]);

function unwrapped(file: string, module: RouteModule): string[] {
  const server = ["loader", "action"].filter((name) => module[name] !== undefined && !(typeof module[name] === "function" && isWrapped(module[name])));
  // What runs in the browser before or instead of the server's would be another way around.
  const client = ["clientLoader", "clientAction"].filter((name) => module[name] !== undefined);
  return [...server, ...client].map((name) => `${file}: ${name}`);
}

it("finds no loader and no action outside the wrappers", async () => {
  const found: string[] = [];
  let handlers = 0;
  for (const [file, load] of Object.entries(modules)) {
    const module = await load();
    handlers += ["loader", "action"].filter((name) => module[name]).length;
    found.push(...unwrapped(file, module));
  }
  expect(found).toEqual([]);
  expect(Object.keys(modules).length).toBeGreaterThan(15);
  expect(handlers).toBeGreaterThan(15);
});

it("would find one", () => {
  expect(unwrapped("x", { loader: () => null, action: { not: "a function" } })).toEqual(["x: loader", "x: action"]);
});
