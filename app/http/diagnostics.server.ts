/** A diagnostics file of this process. */
import process from "node:process";
import { APP_VERSION, REMIX_VERSION } from "#app/config/version.server.ts";
import { exportDiagnostics } from "#app/domain/diagnostics/export.server.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Args } from "./args.server.ts";
import { errorBody } from "./errors.server.ts";

type AdminArgs = Pick<Args<"admin">, "ctx" | "viewer" | "state" | "locale">;

/** @throws DomainError diagnostics-leak */
export const diagnosticsFile = ({ ctx, viewer, state }: Omit<AdminArgs, "locale">): Promise<string> =>
  exportDiagnostics(ctx, viewer, {
    settings: state.services.settings,
    env: process.env,
    versions: { app: APP_VERSION, remix: REMIX_VERSION, node: process.versions.node, platform: process.platform, architecture: process.arch },
  });

/** Why there is no file, translated; null when there is one. */
export async function diagnosticsRefusal(args: AdminArgs): Promise<string | null> {
  try {
    await diagnosticsFile(args);
    return null;
  } catch (error) {
    if (error instanceof DomainError && error.code === "diagnostics-leak") return errorBody(error, args.locale).message;
    throw error;
  }
}
