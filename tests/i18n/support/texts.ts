import ar from "#app/i18n/ar.json" with { type: "json" };
import en from "#app/i18n/en.json" with { type: "json" };

export type Flat = ReadonlyMap<string, string>;

/** Keys with dots to texts. */
export function flatten(tree: unknown, prefix = ""): Map<string, string> {
  const flat = new Map<string, string>();
  if (typeof tree === "string") flat.set(prefix, tree);
  else if (typeof tree === "object" && tree !== null)
    for (const [key, value] of Object.entries(tree)) for (const [path, text] of flatten(value, prefix ? `${prefix}.${key}` : key)) flat.set(path, text);
  return flat;
}

export const TEXTS = { ar: flatten(ar), en: flatten(en) };

const PLURAL = /_(zero|one|two|few|many|other)$/;
/** The key as code writes it. */
export const baseKey = (key: string) => key.replace(PLURAL, "");
export const isPlural = (key: string) => PLURAL.test(key);

/** Names inside {{…}}, without their format, sorted. */
export const placeholders = (text: string): string[] => [...new Set([...text.matchAll(/\{\{\s*(\w+)/g)].map((match) => match[1]!))].sort();
