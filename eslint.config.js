import js from "@eslint/js";
import globals from "globals";
import a11y from "eslint-plugin-jsx-a11y";
import react from "eslint-plugin-react";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const TYPESCRIPT = ["**/*.{ts,tsx}"];
/** Programs whose output is their interface. Everything else logs through pino. */
const COMMANDS = ["worker/cli/**", "worker/supervisor/**", "worker/*.mjs", "tests/run.mjs", "tests/run/**", "tests/bench/**", "tests/support/**", "tests/browser/**", "tests/faults/**"];

// ---- The direction of dependencies: route → domain → db → outbox → relay → Channels → browser (docs/architecture.md).

const forbid = (regex, message, allowTypeImports = false) => ({ regex, message, allowTypeImports });

const climbing = forbid("^\\.\\./", "Relative imports stay in their own folder or below: use #app/…, #db/…, #worker/… or #tests/….");
const tests = forbid("^#tests/", "Only tests import tests.");
const worker = forbid("^#worker/", "Workers are processes of their own: nothing below imports them.");
const app = forbid("^#app/", "The database knows nothing of the app.");
const routes = forbid("^#app/(routes/|root|entry\\.)", "Nothing imports a route: move what is shared into domain, http or components.");
const http = forbid("^#app/http/", "The HTTP edge is above: pass in what is needed.");
const components = forbid("^#app/components/", "Presentation is above: this part knows no React.");
const realtime = forbid("^#app/realtime/", "The browser side is above: this part runs on the server.");
const framework = forbid("^(@remix-run/|remix-auth|react$|react-dom|react-i18next)", "Use cases know no framework (docs/decisions/0001).");
const remix = forbid("^@remix-run/", "Framework imports live in routes/, http/, root, entry.* and components/ only (docs/decisions/0001).");
const serverOnly = forbid("\\.server(\\.ts|\\.tsx)?$", "Server modules never reach the browser; types may come from them.", true);
const database = forbid("^(#db/|better-sqlite3|@libsql/|drizzle-orm)", "The browser side never reaches the database; types may come from it.", true);
const driver = forbid("^(better-sqlite3|@libsql/)", "Nothing outside db/drivers knows which driver runs.");
const publisher = forbid("^pusher$", "Only worker/relay/publishers publishes.");
const node = forbid("^node:", "This runs in a browser.");
const server = forbid("^(pino|ws|pusher|@node-rs/|prom-client|rate-limiter-flexible)$", "This runs in a browser.");

/** The rule, and the same for `import()`, which no-restricted-imports does not look at. */
function zone(name, files, patterns, ignores = []) {
  const dynamic = patterns.map(({ regex, message }) => ({ selector: `ImportExpression[source.value=/${regex.replaceAll("/", "\\/")}/]`, message }));
  return {
    name: `roost/zone/${name}`,
    files,
    ignores,
    rules: {
      "@typescript-eslint/no-restricted-imports": ["error", { patterns }],
      "no-restricted-syntax": ["error", ...SYNTAX, ...dynamic],
    },
  };
}

const SYNTAX = [
  { selector: "CatchClause[param=null]", message: "Name the error, handle the kind that is expected and let the rest pass." },
  { selector: "CatchClause[body.body.length=0]", message: "An error is handled or passed on, never swallowed." },
  { selector: "TSAsExpression > TSAnyKeyword", message: "`as any` switches the types off." },
  { selector: "CallExpression[callee.object.name='String'][arguments.0.callee.property.name='get']", message: "Input is parsed with zod." },
];

export default tseslint.config(
  { ignores: ["build/", "node_modules/", "data/", ".cache/", "test-results/", "bench-results/", "tests/bench/peers/node_modules/", "tests/ops/vercel/node_modules/", "public/"] },
  { linterOptions: { reportUnusedDisableDirectives: "error", noInlineConfig: true } },
  js.configs.recommended,
  {
    files: ["**/*.{js,mjs}"],
    languageOptions: { globals: globals.node },
    rules: { "no-unused-vars": ["error", { args: "after-used" }] },
  },
  { files: TYPESCRIPT, extends: [...tseslint.configs.strict, ...tseslint.configs.stylistic] },
  {
    name: "roost/typescript",
    files: TYPESCRIPT,
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname }, globals: { ...globals.node, ...globals.browser } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      "@typescript-eslint/only-throw-error": ["error", { allow: [{ from: "lib", name: "Response" }, "Response"], allowThrowingUnknown: true, allowThrowingAny: false }],
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-unused-vars": ["error", { args: "after-used", ignoreRestSiblings: true }],
      // noUncheckedIndexedAccess makes the assertion the plain way to say "there is one here".
      "@typescript-eslint/no-non-null-assertion": "off",
      "@typescript-eslint/consistent-type-definitions": "off",
      "@typescript-eslint/no-empty-function": "off",
      "@typescript-eslint/no-confusing-void-expression": "off",
      // `void promise` says on purpose that nobody waits.
      "@typescript-eslint/no-invalid-void-type": "off",
    },
  },
  {
    name: "roost/everywhere",
    rules: {
      "no-console": "error",
      eqeqeq: ["error", "always", { null: "ignore" }],
      "prefer-const": "error",
      "no-restricted-syntax": ["error", ...SYNTAX],
    },
  },
  // Tests print seeds and figures; an error on the console fails them (tests/support/setup.ts).
  { name: "roost/tests", files: ["tests/**"], rules: { "no-console": ["error", { allow: ["log"] }] } },
  { name: "roost/commands", files: COMMANDS, rules: { "no-console": "off" } },
  { name: "roost/browser-log", files: ["app/realtime/browser-log.ts"], rules: { "no-console": "off" } },
  {
    name: "roost/react",
    files: ["app/**/*.tsx", "app/realtime/**/*.ts"],
    plugins: { react, "react-hooks": reactHooks, "jsx-a11y": a11y },
    settings: { react: { version: "18.3" } },
    rules: {
      ...reactHooks.configs["recommended-latest"].rules,
      ...a11y.flatConfigs.strict.rules,
      // A region that scrolls must be reachable by the keyboard.
      "jsx-a11y/no-noninteractive-tabindex": ["error", { tags: [], roles: ["log", "tabpanel"], allowExpressionValues: false }],
      "react/jsx-key": "error",
      "react/jsx-no-target-blank": "error",
      "react/no-danger-with-children": "error",
      "react/no-unstable-nested-components": "error",
      "react/jsx-no-literals": ["error", { noStrings: true, ignoreProps: true, noAttributeStrings: false, allowedStrings: ["·", "/", "–", "×", ":", "…", "(", ")", "•", " "] }],
    },
  },
  // A later zone replaces an earlier one for the same file, so each lists all that holds there.
  zone("app", ["app/**/*.{ts,tsx}"], [climbing, tests, worker, driver, publisher]),
  zone("routes", ["app/routes/**/*.{ts,tsx}", "app/root.tsx", "app/entry.*.tsx"], [climbing, tests, worker, routes, database, publisher]),
  zone("domain", ["app/domain/**/*.ts"], [climbing, tests, worker, driver, publisher, framework, http, components, realtime, routes]),
  zone("cache", ["app/cache/**/*.ts"], [climbing, tests, worker, driver, publisher, framework, http, components, realtime, routes, forbid("^#app/domain/", "Use cases are above: they say what is cached.")]),
  zone("http", ["app/http/**/*.{ts,tsx}"], [climbing, tests, worker, driver, publisher, routes, realtime]),
  zone("services", ["app/http/services.server.ts"], [climbing, tests, driver, publisher, routes, realtime, forbid("^#worker/(?!relay/|scheduler/jobs)", "Of the workers only the relay's publisher, drain and nudge and the list of jobs are called from the app.")]),
  zone("components", ["app/components/**/*.{ts,tsx}"], [climbing, tests, worker, database, http, routes, serverOnly, node, server]),
  zone("realtime", ["app/realtime/**/*.{ts,tsx}"], [climbing, tests, worker, database, http, routes, serverOnly, node, server, components, remix]),
  zone("i18n", ["app/i18n/**/*.{ts,tsx}"], [climbing, tests, worker, database, http, routes, serverOnly, node, server, realtime, components]),
  zone("config", ["app/config/**/*.ts"], [climbing, tests, worker, database, app]),
  zone("db", ["db/**/*.ts"], [climbing, tests, worker, app, driver]),
  zone("drivers", ["db/drivers/**/*.ts"], [climbing, tests, worker, app]),
  zone("worker", ["worker/**/*.ts"], [climbing, tests, routes, http, components, realtime, framework, driver, publisher]),
  zone("publishers", ["worker/relay/publishers/**/*.ts"], [climbing, tests, routes, http, components, realtime, framework, driver]),
  zone("tests", ["tests/**/*.{ts,tsx}"], [climbing]),
);
