import { writeFileSync } from "node:fs";

const SLOWEST = 25;

/** Writes the figures of a Vitest run, with the reason of every skipped test, to ROOST_TEST_REPORT; names the slowest files. */
export default class {
  onTestRunEnd(modules, unhandledErrors) {
    const figures = { passed: 0, failed: 0, skipped: [], failures: [], unsteady: [] };
    const fail = (name) => (figures.failed++, figures.failures.push(name));
    for (const module of modules) {
      const file = module.relativeModuleId ?? module.moduleId;
      for (const error of module.errors()) fail(`${file}: ${error.message}`);
      for (const suite of module.children.allSuites()) for (const error of suite.errors()) fail(`${file} > ${suite.fullName}: ${error.message}`);
      for (const test of module.children.allTests()) {
        const name = `${file} > ${test.fullName}`;
        const { state, note, errors } = test.result();
        if (state === "passed") {
          figures.passed++;
          if (test.diagnostic()?.flaky) figures.unsteady.push(`${name}: ${firstLine(errors)}`);
        } else if (state === "skipped") figures.skipped.push(`${name}: ${note ?? "no reason given"}`);
        else fail(`${name}: ${firstLine(errors)}`);
      }
    }
    const took = modules.map((module) => [module.relativeModuleId ?? module.moduleId, module.diagnostic().duration]);
    console.log(`\nThe slowest: ${took.sort(([, a], [, b]) => b - a).slice(0, SLOWEST).map(([file, ms]) => `${file} ${Math.round(ms / 1000)} s`).join(", ")}`);
    for (const error of unhandledErrors) fail(`unhandled: ${error.message}`);
    writeFileSync(process.env.ROOST_TEST_REPORT, JSON.stringify(figures));
  }
}

const firstLine = (errors) => errors?.[0]?.message.split("\n")[0] ?? "no reason given";
