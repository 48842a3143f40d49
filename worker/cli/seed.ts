/**
 * `npm run db:seed`: the demo household. `npm start` runs it, too, but only where worker/supervisor/demo.ts allows. With
 * `--without-pictures` the shop's rewards have none: painting takes longer than all the rest, which tests have no use for.
 */
import { newId } from "#app/domain/ids.ts";
import { migrate } from "#db/migrate.ts";
import { command, CommandError } from "./command.ts";
import { seedHousehold } from "./demo-household.ts";

const WITHOUT_PICTURES = "--without-pictures";

await command("seed", async (db, settings) => {
  const unknown = process.argv.slice(2).find((given) => given !== WITHOUT_PICTURES);
  if (unknown !== undefined) throw new CommandError(`expected: npm run db:seed [-- ${WITHOUT_PICTURES}] (there is no ${unknown})`);
  await migrate(db);
  const { accounts, messages, pictures } = await seedHousehold({ db, now: Date.now, newId }, process.argv.includes(WITHOUT_PICTURES) ? null : settings.uploads);
  process.stdout.write(accounts + messages + pictures > 0 ? `demo household: ${accounts} accounts, ${messages} messages and ${pictures} pictures made\n` : "the demo household is there already\n");
});
