/** The doctor's round: every check there is, also when an earlier one failed. */
import type { Settings } from "#app/config/settings.ts";
import { APP_VERSION } from "#app/config/version.server.ts";
import { codeOf } from "#app/domain/health/codes.ts";
import { keepLiveTest } from "#app/domain/health/results.server.ts";
import { serverLiveTest } from "#app/domain/health/server-live-test.server.ts";
import { causeText } from "#app/i18n/health-texts.ts";
import { createI18n } from "#app/i18n/i18n.server.ts";
import { channelsProbe } from "#worker/relay/publishers/probe.ts";
import { pusherPublisher } from "#worker/relay/publishers/pusher.ts";
import type { Environment } from "#worker/supervisor/household.ts";
import { examineConfiguration } from "./configuration.ts";
import { examineDatabase, examineMigrations, examineRelay } from "./database.ts";
import { isWell, type Check, type CheckName, type Report } from "./report.ts";

const { t } = createI18n("en");

/** @param env usually `process.env`; a .env file has been read by then */
export async function examine(env: Environment): Promise<Report> {
  const { check: configuration, settings, incomplete } = await examineConfiguration(env);
  const others = settings ? await examineParts(settings, incomplete) : UNREADABLE;
  const checks = [configuration, ...others];
  return { ok: isWell(checks), version: APP_VERSION, at: Date.now(), checks };
}

const UNREADABLE: Check[] = (["database", "migrations", "realtime", "relay"] satisfies CheckName[]).map((name) => ({ name, state: "unknown", code: null, message: "Not known: the settings cannot be read.", settings: [], ms: null }));

async function examineParts(settings: Settings, incomplete: string[]): Promise<Check[]> {
  const { check: database, db } = await examineDatabase(settings);
  try {
    const migrations = await examineMigrations(db);
    const migrated = migrations.state === "ok";
    const [realtime, relay] = await Promise.all([examineRealtime(settings, incomplete), examineRelay(db, migrated, settings)]);
    // The console shows it, too: a terminal may be the only place from which a broken house can be tested.
    if (db && migrated && realtime.test) await keepLiveTest({ db }, realtime.test);
    return [database, migrations, realtime, relay];
  } finally {
    await db?.close();
  }
}

async function examineRealtime(settings: Settings, incomplete: string[]): Promise<Check> {
  const { channels } = settings;
  const publisher = channels ? pusherPublisher(channels) : null;
  try {
    const missingChannels = incomplete.length > 0 ? incomplete : settings.missingChannels;
    const test = await serverLiveTest({ by: "doctor", settings: { ...settings, missingChannels }, probe: channels && publisher ? channelsProbe(channels, publisher) : null });
    const part = { name: "realtime", settings: test.settings, ms: test.receivedMs, test } as const;
    if (test.cause === null) return { ...part, state: "ok", code: null, message: `A ping was received in ${test.receivedMs} ms.` };
    return { ...part, state: test.state === "unknown" ? "unknown" : "failed", code: codeOf(test.cause), message: causeText(t, { cause: test.cause, settings: [] }) };
  } finally {
    publisher?.close();
  }
}
