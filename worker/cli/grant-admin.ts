/** `npm run admin:grant -- EMAIL`: how the first admin is made. */
import { grantAdmin } from "#app/domain/accounts/commands.server.ts";
import { emailSchema } from "#app/domain/accounts/schema.ts";
import { newId } from "#app/domain/ids.ts";
import { command, CommandError } from "./command.ts";

await command("grant-admin", async (db) => {
  const email = emailSchema.safeParse(process.argv[2]);
  if (!email.success) throw new CommandError("expected an e-mail address: npm run admin:grant -- EMAIL");
  if (!(await grantAdmin({ db, now: Date.now, newId }, email.data))) throw new CommandError(`there is no account with ${email.data}`);
  process.stdout.write(`${email.data} is an admin now\n`);
});
