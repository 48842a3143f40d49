import { existsSync } from "node:fs";
import { defineConfig } from "@playwright/test";
import { MEMORY_FOLDER } from "./tests/support/data-folder.ts";
import { patient } from "./tests/support/patience.ts";

/** CHROMIUM_PATH, else Debian's package; undefined leaves the choice to Playwright's own download. */
const executablePath = process.env["CHROMIUM_PATH"] ?? (existsSync("/usr/bin/chromium") ? "/usr/bin/chromium" : undefined);

process.env["TEST_DATA_IN"] ??= MEMORY_FOLDER;

/**
 * Playwright's own list, since only the last one given counts, and three more: Chromium keeps two pages of its address bar
 * ready beside each window, which cost as much to load as one of ours, and no test has an address bar; and it starts a
 * process ahead for each page that might come, which is half of all processes here.
 */
const DISABLED_FEATURES = [
  ...["AvoidUnnecessaryBeforeUnloadCheckSync", "DestroyProfileOnBrowserClose", "HttpsUpgrades", "HttpsFirstBalancedModeAutoEnable", "LensOverlay", "MediaRouter", "PaintHolding"],
  ...["ThirdPartyStoragePartitioning", "AvoidCorsURLLoaderRestartOnRedirect", "OptimizationHints", "NetworkTimeServiceQuerying", "AimEnabled", "PreconnectToSearch"],
  ...["WebUIOmniboxPopup", "WebUIOmniboxAimPopup", "SpareRendererForSitePerProcess"],
];

/** No web server here: every test starts the real processes that it needs (tests/support/processes.ts). */
export default defineConfig({
  testDir: "tests/browser",
  globalSetup: "tests/support/run-folder.ts",
  outputDir: "test-results/browser",
  // One picture for every platform: what is pinned by one (tests/browser/bidi.spec.ts) brings its own fonts, and its tolerance says what for.
  snapshotPathTemplate: "{testDir}/{testFilePath}-snapshots/{arg}{ext}",
  timeout: 300_000,
  expect: { timeout: patient(7_000) },
  // Three on two cores: for a fifth of their time two tests wait, for what is told seconds later and for what is to be away.
  workers: 3,
  fullyParallel: false,
  forbidOnly: true,
  // Where nobody watches, one that fails is tried once more, and is named in the end as a bug to find.
  retries: process.env["CI"] ? 1 : 0,
  reporter: "list",
  use: {
    // What cannot be pressed or reached fails by itself, long before its whole test would.
    actionTimeout: patient(7_000),
    navigationTimeout: patient(10_000),
    // A trace costs a fifth of a run. Where nobody watches, what fails is tried again anyway.
    trace: process.env["CI"] ? "on-first-retry" : "retain-on-failure",
    screenshot: "only-on-failure",
    // A first visit fetches all files of the app twice where a service worker keeps them, and a page that moves is painted sixty
    // times a second: both are let in where they are the subject (`test.use`).
    serviceWorkers: "block",
    contextOptions: { reducedMotion: "reduce" },
    locale: "en-GB",
    timezoneId: "Europe/Berlin",
    launchOptions: {
      ...(executablePath ? { executablePath } : {}),
      args: ["--no-sandbox", "--disable-quic", "--disable-background-networking", "--disable-component-update", "--disable-sync", `--disable-features=${DISABLED_FEATURES.join(",")}`],
    },
  },
});
