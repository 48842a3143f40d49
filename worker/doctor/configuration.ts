/** The settings as the doctor reads them: also where they are so wrong that no process would start. */
import { missingChannels, parseSettings, SettingsError, type Settings } from "#app/config/settings.ts";
import { childEnvironment, type Environment } from "#worker/supervisor/household.ts";
import { secretsIn } from "#worker/supervisor/secrets.ts";
import { StartError } from "#worker/supervisor/start-error.ts";
import type { Check } from "./report.ts";

export interface Configuration {
  check: Check;
  /** What can be examined further; null: the settings cannot be read at all. */
  settings: Settings | null;
  /** Some of the settings of Channels are there, but not all: no process would start with them. */
  incomplete: string[];
}

const found = (part: Partial<Check> & Pick<Check, "state" | "message">): Check => ({ name: "configuration", code: null, settings: [], ms: null, ...part });

/** @param env usually `process.env` */
export async function examineConfiguration(env: Environment): Promise<Configuration> {
  try {
    const given = parseSettings(env);
    const settings = given.channels ? given : await ofHousehold(env, given);
    if (settings.missingChannels.length > 0) return { check: incompleteCheck(settings.missingChannels), settings, incomplete: [] };
    const whose = settings === given ? "Channels is configured" : "Channels is configured: the embedded server of npm start";
    return { check: found({ state: "ok", message: `${whose}, and every setting can be used.` }), settings, incomplete: [] };
  } catch (error) {
    if (error instanceof StartError) return { check: found({ state: "failed", code: "CONFIG_INVALID", message: error.message }), settings: null, incomplete: [] };
    if (!(error instanceof SettingsError)) throw error;
    const missing = missingChannels(env);
    if (!missing.includes(error.setting)) return { check: found({ state: "failed", code: "CONFIG_INVALID", message: error.message, settings: [error.setting] }), settings: null, incomplete: [] };
    return { check: incompleteCheck(missing), settings: settingsWithoutChannels(env), incomplete: missing };
  }
}

const incompleteCheck = (missing: string[]) => found({ state: "failed", code: "CONFIG_MISSING", message: "Live delivery is not configured: settings of Channels are missing.", settings: missing });

/** Without settings of Channels it may be the house of `npm start`, whose secrets lie in its data folder. */
async function ofHousehold(env: Environment, given: Settings): Promise<Settings> {
  const secrets = await secretsIn(given.dataDir);
  return secrets ? parseSettings(childEnvironment(env, given, secrets)) : given;
}

/** For what has nothing to do with Channels; null when another setting is wrong, too. */
function settingsWithoutChannels(env: Environment): Settings | null {
  try {
    return parseSettings(Object.fromEntries(Object.entries(env).filter(([name]) => !/^(PUBLIC_)?PUSHER_/.test(name))));
  } catch (error) {
    if (error instanceof SettingsError) return null;
    throw error;
  }
}
