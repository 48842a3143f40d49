/** Every secret that this process knows by its environment: what must not be in anything that leaves the house. */

export interface Secret {
  /** The setting that holds it. */
  name: string;
  value: string;
  /** Whether it is a setting of ours: those count however short they are. */
  isOurs: boolean;
}

/** Ours by name. PUSHER_KEY is none: every page carries it. */
const OUR_SECRETS = new Set(["DATABASE_AUTH_TOKEN", "SESSION_SECRET", "PUSHER_SECRET", "CRON_SECRET", "METRICS_TOKEN", "TURSO_API_TOKEN", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN"]);
const PUBLIC = new Set(["PUSHER_KEY", "PUBLIC_PUSHER_KEY"]);
/** Others' variables, and fields within a value, whose name says that they are secret. */
const SECRET_NAME = /secret|token|passw|passphrase|credential|private|apikey|(?:^|[_-])(?:key|auth|pwd|dsn|signature)(?:$|[_-])|(?:api|access|auth|account|master|encryption)[_-]?key/i;
/** A shorter value of somebody else's variable is a word ("none", "true"), and words are everywhere. */
const MIN_FOREIGN_LENGTH = 8;

/**
 * The secrets in an environment: values of variables that are secret by name, and within any variable what stands as
 * user or password in an address, in a secret field of its query, or in a secret field of JSON.
 * @param env usually `process.env`
 */
export function secretsIn(env: Readonly<Record<string, string | undefined>>): Secret[] {
  const found = new Map<string, Secret>();
  const add = (name: string, value: string, isOurs: boolean) => {
    if (value.trim() !== "" && (isOurs || value.length >= MIN_FOREIGN_LENGTH)) found.set(`${name}\n${value}`, { name, value, isOurs });
  };
  for (const [name, value] of Object.entries(env)) {
    if (!value || PUBLIC.has(name)) continue;
    const isOurs = OUR_SECRETS.has(name);
    if (isOurs || SECRET_NAME.test(name)) for (const part of [value, ...value.split(",").map((one) => one.trim())]) add(name, part, isOurs);
    for (const part of within(value)) add(name, part, true);
  }
  return [...found.values()];
}

/** What is secret inside a value that need not be secret as a whole. */
function within(value: string): string[] {
  return [...(URL.canParse(value) ? withinAddress(new URL(value)) : []), ...withinJson(value)];
}

function withinAddress(url: URL): string[] {
  const query = [...url.searchParams].flatMap(([name, value]) => (SECRET_NAME.test(name) ? [value] : []));
  return [url.password, decoded(url.password), ...(url.password === "" ? [url.username, decoded(url.username)] : []), ...query].filter((part) => part !== "");
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
}

function withinJson(value: string): string[] {
  if (!/^\s*[[{]/.test(value)) return [];
  try {
    return fields(JSON.parse(value), false);
  } catch (error) {
    if (error instanceof SyntaxError) return [];
    throw error;
  }
}

/** Everything under a secret name, however deep, and addresses anywhere. */
function fields(value: unknown, isSecret: boolean): string[] {
  if (typeof value === "string") return [...(isSecret ? [value] : []), ...within(value)];
  if (typeof value === "number") return isSecret ? [String(value)] : [];
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([name, inner]) => fields(inner, isSecret || (!Array.isArray(value) && SECRET_NAME.test(name))));
}
