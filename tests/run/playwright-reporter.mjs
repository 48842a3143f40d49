import path from "node:path";
import { writeFileSync } from "node:fs";
import { stripVTControlCharacters } from "node:util";

/**
 * Writes the figures of a Playwright run, with the reason of every skipped test, to ROOST_TEST_REPORT; and says what
 * failed as it happens, so that a run which is ended has told it, too.
 */
export default class {
  #suite;
  #errors = [];

  printsToStdio() {
    return false;
  }

  onBegin(_config, suite) {
    this.#suite = suite;
  }

  onTestEnd(test, result) {
    if (result.status === "passed" || result.status === "skipped") return;
    console.log(`\n${nameOf(test)}, try ${result.retry + 1}: ${result.status}\n${result.errors.map(({ stack, message, value }) => stack ?? message ?? value).join("\n")}\n`);
  }

  onError(error) {
    this.#errors.push(error.message ?? String(error.value));
  }

  onEnd() {
    const figures = { passed: 0, failed: 0, skipped: [], failures: [], unsteady: [] };
    for (const test of this.#suite?.allTests() ?? []) {
      const name = nameOf(test);
      const outcome = test.outcome();
      if (outcome === "expected") figures.passed++;
      else if (outcome === "flaky") (figures.passed++, figures.unsteady.push(`${name}: ${firstLine(test.results[0]?.error)}`));
      else if (outcome === "skipped") figures.skipped.push(`${name}: ${test.annotations.find((note) => note.type === "skip")?.description ?? "no reason given"}`);
      else (figures.failed++, figures.failures.push(`${name}: ${firstLine(test.results.at(-1)?.error)}`));
    }
    console.log(`\nThe slowest: ${this.#slowest()}`);
    for (const error of this.#errors) (figures.failed++, figures.failures.push(error.split("\n")[0]));
    writeFileSync(process.env.ROOST_TEST_REPORT, JSON.stringify(figures));
  }

  #slowest() {
    const took = (test) => Math.round(test.results.reduce((sum, { duration }) => sum + duration, 0) / 1000);
    const tests = (this.#suite?.allTests() ?? []).toSorted((a, b) => took(b) - took(a));
    return tests.slice(0, 12).map((test) => `${path.basename(test.location.file)}:${test.location.line} ${took(test)} s`).join(", ");
  }
}

const nameOf = (test) => `${path.relative(process.cwd(), test.location.file)} > ${test.titlePath().slice(3).join(" > ")}`;
const firstLine = (error) => stripVTControlCharacters(error?.message ?? String(error?.value ?? "no reason given")).split("\n")[0];
