/** `npm run db:migrate` */
import { migrate } from "#db/migrate.ts";
import { command } from "./command.ts";

await command("migrate", async (db) => {
  const { applied } = await migrate(db);
  process.stdout.write(applied.length > 0 ? `applied ${applied.join(", ")}\n` : "the database is up to date\n");
});
