import path from "node:path";
import { writeFileSync } from "node:fs";

/** Writes the figures of a Playwright run, with the reason of every skipped test, to ROOST_TEST_REPORT. */
export default class {
  #suite;
  #errors = [];

  printsToStdio() {
    return false;
  }

  onBegin(_config, suite) {
    this.#suite = suite;
  }

  onError(error) {
    this.#errors.push(error.message ?? String(error.value));
  }

  onEnd() {
    const figures = { passed: 0, failed: 0, skipped: [], failures: [] };
    for (const test of this.#suite?.allTests() ?? []) {
      const name = `${path.relative(process.cwd(), test.location.file)} > ${test.titlePath().slice(3).join(" > ")}`;
      const outcome = test.outcome();
      if (outcome === "expected") figures.passed++;
      else if (outcome === "skipped") figures.skipped.push(`${name}: ${test.annotations.find((note) => note.type === "skip")?.description ?? "no reason given"}`);
      else (figures.failed++, figures.failures.push(name));
    }
    for (const error of this.#errors) (figures.failed++, figures.failures.push(error.split("\n")[0]));
    writeFileSync(process.env.ROOST_TEST_REPORT, JSON.stringify(figures));
  }
}
