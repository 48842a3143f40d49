/** `npm run db:seed`: the demo household. `npm start` runs it, too, but only where worker/supervisor/demo.ts allows. */
import { newId } from "#app/domain/ids.ts";
import { migrate } from "#db/migrate.ts";
import { command } from "./command.ts";
import { seedHousehold } from "./demo-household.ts";

await command("seed", async (db) => {
  await migrate(db);
  const { accounts, messages } = await seedHousehold({ db, now: Date.now, newId });
  process.stdout.write(accounts + messages > 0 ? `demo household: ${accounts} accounts and ${messages} messages made\n` : "the demo household is there already\n");
});
