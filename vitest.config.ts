import { defineConfig } from "vitest/config";
import { MEMORY_FOLDER } from "./tests/support/data-folder.ts";
import { SlowestFirst } from "./tests/run/slowest-first.ts";
import { serviceWorkerPlugin } from "./worker/service-worker-plugin.ts";

/** One test may open real servers and real databases; what hangs longer than this is broken. */
const TEST_TIMEOUT_MS = 120_000;
/** Hooks may wait for the one production build of a run, which takes minutes on a machine with busy neighbours. */
const HOOK_TIMEOUT_MS = 400_000;

// The run's own folder is made before the tests' environment is.
process.env["TEST_DATA_IN"] ??= MEMORY_FOLDER;

export default defineConfig({
  plugins: [serviceWorkerPlugin()],
  test: {
    include: ["tests/**/*.test.{ts,tsx}"],
    exclude: ["tests/browser/**", "tests/bench/**", "node_modules/**"],
    globalSetup: ["tests/support/run-folder.ts"],
    setupFiles: ["tests/support/setup.ts"],
    environment: "node",
    // Processes, not threads: native modules, signals and process.env belong to one test file at a time.
    pool: "forks",
    // Three on two cores: for a quarter of their time tests wait, for leases, clocks and answers that never come.
    maxWorkers: 3,
    // A file finds the modules that the one before it loaded: loading them anew for each of 180 files took an eighth of the run.
    // What a file changes of them or of the process it puts back (`restoreMocks`, `unstubEnvs`, `unstubGlobals` do most of it).
    isolate: false,
    sequence: { sequencer: SlowestFirst },
    testTimeout: TEST_TIMEOUT_MS,
    hookTimeout: HOOK_TIMEOUT_MS,
    teardownTimeout: 10_000,
    // Where nobody watches, one that fails is tried once more, and is named in the end as a bug to find.
    retry: process.env["CI"] ? 1 : 0,
    restoreMocks: true,
    unstubEnvs: true,
    unstubGlobals: true,
    env: { TZ: "UTC", LOG_LEVEL: "silent" },
  },
});
