import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { collectDiagnostics, type Surroundings } from "./collect.server.ts";
import { findLeaks } from "./leaks.ts";
import { diagnosticsSchema } from "./schema.ts";
import { secretsIn } from "./secrets.ts";

/** Named in a refusal; more would be no clearer. */
const MOST_NAMED = 5;

/**
 * The text of a diagnostics file: what the list of allowed fields lets through, searched for every secret that the
 * process knows.
 * @throws DomainError forbidden to who is no admin; diagnostics-leak with the names of the settings whose values are
 * in it, and where (never the values)
 */
export async function exportDiagnostics(ctx: Context, viewer: Viewer, surroundings: Surroundings): Promise<string> {
  const document = diagnosticsSchema.parse(await collectDiagnostics(ctx, viewer, surroundings));
  const leaks = findLeaks(document, secretsIn(surroundings.env));
  if (leaks.length > 0) throw new DomainError("diagnostics-leak", { values: { settings: named(leaks.map(({ secret }) => secret)), places: named(leaks.map(({ at }) => at)) } });
  return `${JSON.stringify(document, null, 2)}\n`;
}

const named = (all: string[]) => [...new Set(all)].slice(0, MOST_NAMED).join(", ");
