import { DomainError } from "#app/domain/errors.ts";
import { diagnosticsFile } from "#app/http/diagnostics.server.ts";
import { resource, toPath } from "#app/http/page.server.ts";

/** A download. Somebody at a browser reads on the console's page why there is none; a program gets the refusal as JSON. */
export const loader = resource({ access: "admin" }, async (args) => {
  try {
    return new Response(await diagnosticsFile(args), { headers: { "Content-Type": "application/json; charset=utf-8", "Content-Disposition": 'attachment; filename="diagnostics.json"' } });
  } catch (error) {
    const isPerson = args.request.headers.get("accept")?.includes("text/html") ?? false;
    if (!(error instanceof DomainError) || error.code !== "diagnostics-leak" || !isPerson) throw error;
    return toPath("/admin?diagnostics=refused#diagnostics");
  }
});
