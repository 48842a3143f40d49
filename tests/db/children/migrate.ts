/** Run as a process of its own: migrates the database behind the URL and prints what it applied. */
import { openDatabase } from "#db/database.ts";
import { migrate } from "#db/migrate.ts";

const db = await openDatabase(process.argv[2]!);
process.stdout.write(JSON.stringify((await migrate(db)).applied));
await db.close();
