/** The direction of dependencies (docs/architecture.md) is enforced: each wrong import, linted for real, is refused. */
import { ESLint } from "eslint";
import { expect, test } from "vitest";
import { ROOT } from "#tests/support/build.ts";

// The zones need no types; without a project the snippets need not exist on disk.
const eslint = new ESLint({ cwd: ROOT, overrideConfig: { files: ["**/*.{ts,tsx}"], languageOptions: { parserOptions: { projectService: false, project: null } }, rules: untyped() } });

function untyped() {
  const typed = ["await-thenable", "no-floating-promises", "no-misused-promises", "only-throw-error", "switch-exhaustiveness-check", "no-unnecessary-type-assertion", "no-deprecated"];
  return Object.fromEntries(typed.map((rule) => [`@typescript-eslint/${rule}`, "off" as const]));
}

async function rulesBroken(filePath: string, code: string) {
  const [result] = await eslint.lintText(code, { filePath: `${ROOT}/${filePath}` });
  expect(result?.fatalErrorCount).toBe(0);
  return result!.messages.map((message) => message.ruleId);
}

const IMPORTS = "@typescript-eslint/no-restricted-imports";
const SYNTAX = "no-restricted-syntax";

test.each([
  ["a component reaching the database", "app/components/x.tsx", `import { openDatabase } from "#db/database.ts";\nexport const x = openDatabase;`, IMPORTS],
  ["a component reaching the database when it runs", "app/components/x.tsx", `export const x = () => import("#db/database.ts");`, SYNTAX],
  ["a component importing a server module", "app/components/x.tsx", `import { conversationsOf } from "#app/domain/conversations/queries.server.ts";\nexport const x = conversationsOf;`, IMPORTS],
  ["the browser's realtime importing the HTTP edge", "app/realtime/x.ts", `import { page } from "#app/http/page.server.ts";\nexport const x = page;`, IMPORTS],
  ["a use case importing a route", "app/domain/accounts/x.ts", `import { loader } from "#app/routes/chats/route.tsx";\nexport const x = loader;`, IMPORTS],
  ["a use case knowing Remix", "app/domain/accounts/x.ts", `import { redirect } from "@remix-run/node";\nexport const x = redirect;`, IMPORTS],
  ["a route writing SQL by drizzle", "app/routes/x/route.tsx", `import { eq } from "drizzle-orm";\nexport const x = eq;`, IMPORTS],
  ["the cache knowing a use case", "app/cache/x.server.ts", `import { templatesOf } from "#app/domain/timers/queries.server.ts";\nexport const x = templatesOf;`, IMPORTS],
  ["the database knowing the app", "db/x.ts", `import { DomainError } from "#app/domain/errors.ts";\nexport const x = DomainError;`, IMPORTS],
  ["a driver used outside db/drivers", "worker/relay/x.ts", `import Database from "better-sqlite3";\nexport const x = Database;`, IMPORTS],
  ["publishing outside the publisher", "app/http/x.server.ts", `import Pusher from "pusher";\nexport const x = Pusher;`, IMPORTS],
  ["a worker rendering pages", "worker/relay/x.ts", `import { Button } from "#app/components/button.tsx";\nexport const x = Button;`, IMPORTS],
  ["the app starting a worker's server", "app/http/x.server.ts", `import { serve } from "#worker/channels/server.ts";\nexport const x = serve;`, IMPORTS],
  ["climbing out of the folder", "app/components/chat/x.tsx", `import { loader } from "../../routes/chats/route.tsx";\nexport const x = loader;`, IMPORTS],
  ["text in JSX", "app/components/x.tsx", `export const X = () => <p>Hello</p>;`, "react/jsx-no-literals"],
  ["a swallowed error", "db/x.ts", `try { JSON.parse("") } catch {}`, SYNTAX],
  ["as any", "db/x.ts", `export const x = (0 as unknown) as any;`, SYNTAX],
  ["console in a library", "worker/relay/x.ts", `console.log("x");`, "no-console"],
])("%s is refused", async (_title, file, code, rule) => {
  expect(await rulesBroken(file, code)).toContain(rule);
});

test.each([
  ["a route calling a use case", "app/routes/x/route.tsx", `import { conversationsOf } from "#app/domain/conversations/queries.server.ts";\nexport const x = conversationsOf;`],
  ["a use case calling the database", "app/domain/accounts/x.ts", `import { append } from "#db/outbox/append.ts";\nexport const x = append;`],
  ["realtime knowing the types of events", "app/realtime/x.ts", `import type { MessageData } from "#app/domain/conversations/events.ts";\nexport type X = MessageData;`],
  ["the publisher publishing", "worker/relay/publishers/x.ts", `import Pusher from "pusher";\nexport const x = Pusher;`],
  ["a worker reading the database", "worker/relay/x.ts", `import { openDatabase } from "#db/database.ts";\nexport const x = openDatabase;`],
  ["an error handled by its kind", "db/x.ts", `try {\n  JSON.parse("");\n} catch (error) {\n  if (!(error instanceof SyntaxError)) throw error;\n}`],
])("%s is allowed", async (_title, file, code) => {
  const broken = await rulesBroken(file, code);
  expect(broken.filter((rule) => rule === IMPORTS || rule === SYNTAX)).toEqual([]);
});
