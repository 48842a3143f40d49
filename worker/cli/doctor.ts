/** `npm run doctor [-- --json]`: the console's checks from a terminal. Exit code 0 when all is well, else 1. */
import { asText } from "#worker/doctor/report.ts";
import { examine } from "#worker/doctor/examine.ts";

const report = await examine(process.env);
const text = process.argv.includes("--json") ? `${JSON.stringify(report, null, 2)}\n` : asText(report);
// A pipe may take it later than the process would end by itself.
process.stdout.write(text, () => process.exit(report.ok ? 0 : 1));
