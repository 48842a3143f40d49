import { writeFileSync } from "node:fs";

/** Writes the figures of a Vitest run, with the reason of every skipped test, to ROOST_TEST_REPORT. */
export default class {
  onTestRunEnd(modules, unhandledErrors) {
    const figures = { passed: 0, failed: 0, skipped: [], failures: [] };
    const fail = (name) => (figures.failed++, figures.failures.push(name));
    for (const module of modules) {
      const file = module.relativeModuleId ?? module.moduleId;
      for (const error of module.errors()) fail(`${file}: ${error.message}`);
      for (const suite of module.children.allSuites()) for (const error of suite.errors()) fail(`${file} > ${suite.fullName}: ${error.message}`);
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const { state, note, errors } = test.result();
        if (state === "passed") figures.passed++;
        else if (state === "skipped") figures.skipped.push(`${name}: ${note ?? "no reason given"}`);
        else fail(`${name}: ${errors?.[0]?.message.split("\n")[0] ?? "no reason given"}`);
      }
    }
    for (const error of unhandledErrors) fail(`unhandled: ${error.message}`);
    writeFileSync(process.env.ROOST_TEST_REPORT, JSON.stringify(figures));
  }
}
