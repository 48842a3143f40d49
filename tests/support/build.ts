/** The production build for tests that run real processes: made once, whoever asks first, and reused while it is fresh. */
import path from "node:path";
import { ensureBuild } from "#worker/supervisor/prepare.mjs";

export const ROOT = path.resolve(import.meta.dirname, "../..");

let built: Promise<unknown> | undefined;

/** Resolves when build/ was made from the sources that stand here. @throws PrepareError when it does not build */
export const ensureBuilt = () => (built ??= ensureBuild(ROOT));
