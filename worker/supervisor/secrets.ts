/** The secrets that `npm start` makes for itself, so that a fresh machine needs no settings. They stay the same over restarts. */
import { randomBytes } from "node:crypto";
import { chmod, readFile, rename, writeFile } from "node:fs/promises";
import path from "node:path";
import { z } from "zod";
import { StartError } from "./start-error.ts";

const FILE = "secrets.json";
/** Only its owner reads it. */
const MODE = 0o600;

const schema = z.object({
  SESSION_SECRET: z.string().min(32),
  PUSHER_APP_ID: z.string().min(1),
  PUSHER_KEY: z.string().min(1),
  PUSHER_SECRET: z.string().min(1),
});
export type GeneratedSecrets = z.infer<typeof schema>;

/**
 * Reads the secrets kept in `dataDir`, or makes and keeps them.
 * @throws StartError when the file is not what was once written: making new ones would sign everybody out
 */
export async function keptSecrets(dataDir: string): Promise<GeneratedSecrets> {
  const there = await secretsIn(dataDir);
  const file = path.join(dataDir, FILE);
  if (!there) return writeSecrets(file);
  await chmod(file, MODE);
  return there;
}

/** The same, for whoever only looks: null when none were made yet. */
export async function secretsIn(dataDir: string): Promise<GeneratedSecrets | null> {
  const file = path.join(dataDir, FILE);
  const text = await readIfThere(file);
  if (text === null) return null;
  const parsed = schema.safeParse(jsonOrNull(text));
  if (!parsed.success) throw new StartError(`${file}: not readable as generated secrets; restore it, or remove it to make new ones (everybody signs in again)`);
  return parsed.data;
}

async function writeSecrets(file: string): Promise<GeneratedSecrets> {
  const secrets: GeneratedSecrets = {
    SESSION_SECRET: randomBytes(32).toString("base64url"),
    PUSHER_APP_ID: "roost",
    PUSHER_KEY: randomBytes(10).toString("hex"),
    PUSHER_SECRET: randomBytes(32).toString("hex"),
  };
  // Written aside and renamed: a crash in between leaves no half file.
  const aside = `${file}.${process.pid}`;
  await writeFile(aside, `${JSON.stringify(secrets, null, 2)}\n`, { mode: MODE });
  await rename(aside, file);
  return secrets;
}

async function readIfThere(file: string) {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  }
}

function jsonOrNull(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
