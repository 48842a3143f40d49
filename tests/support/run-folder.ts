/** The global set-up of both runners: a folder for what the tests of one run share, gone with the run. */
import { mkdtemp, rm } from "node:fs/promises";
import path from "node:path";
import { bundlesOf } from "./bundle.ts";
import { dataFolder } from "./data-folder.ts";

export default async function runFolder() {
  const folder = await mkdtemp(path.join(dataFolder(), "roost-run-"));
  process.env["TEST_RUN_FOLDER"] = folder;
  return () => Promise.all([folder, bundlesOf(folder)].map((each) => rm(each, { recursive: true, force: true })));
}
