/** The order of the tests' files: what takes longest begins, so that no processor waits for the last one. */
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Over ten seconds on two slow cores, the slowest first. A name that is out of date costs some seconds, and nothing else. */
const SLOW = [
  "faults/soak",
  "faults/crash",
  "conformance/soketi",
  "routes/uploads-s3",
  "worker/relay/processes",
  "ops/start",
  "faults/presence",
  "faults/atomicity",
  "db/database-contract",
  "worker/doctor",
  "faults/rolling",
  "faults/relay-many",
  "db/backup",
  "ops/functions",
  "ops/refusals",
  "domain/search",
  "faults/relay-hanging",
  "faults/replica",
];

const place = ({ moduleId }: TestSpecification) => {
  const found = SLOW.findIndex((name) => moduleId.includes(`/tests/${name}.`));
  return found === -1 ? SLOW.length : found;
};

export class SlowestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
