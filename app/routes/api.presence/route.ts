import { DomainError } from "#app/domain/errors.ts";
import { ID_PATTERN } from "#app/domain/ids.ts";
import { statusesFor } from "#app/domain/presence/queries.server.ts";
import { MAX_STATUSES } from "#app/domain/presence/statuses.ts";
import { resource } from "#app/http/page.server.ts";

/** `?ids=a,b,…`: who of these is here, as far as the viewer may know. For screens that may have missed a change. */
export const loader = resource({ access: "member" }, async ({ ctx, viewer, url }) => {
  const ids = (url.searchParams.get("ids") ?? "").split(",").filter((id) => id !== "");
  if (ids.length > MAX_STATUSES || !ids.every((id) => ID_PATTERN.test(id))) throw new DomainError("malformed");
  return statusesFor(ctx, viewer, ids);
});
