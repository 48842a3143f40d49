/** The revalidation card's forms. */
import { refreshAll, revalidatePaths, revalidateTags } from "#app/domain/maintenance/revalidation.server.ts";
import type { OperationContext } from "#app/domain/maintenance/run-operation.server.ts";
import { refreshAllSchema, revalidatePathsSchema, revalidateTagsSchema } from "#app/domain/maintenance/schema.ts";
import type { Args } from "#app/http/args.server.ts";
import { REVALIDATION_LIMIT as limit } from "#app/http/limits.server.ts";
import { intent } from "#app/http/mutation.server.ts";

const operationContext = ({ ctx, log, state }: Args<"admin">): OperationContext => ({ ...ctx, log, announce: state.services.announce });

/** How it ended stands in the log on the page: to there, in place of the page that the form stood on. */
const BACK = { redirect: "/admin", headers: { "X-Remix-Replace": "true" } };

export const revalidationIntents = {
  "revalidate-tags": intent({
    schema: revalidateTagsSchema,
    limit,
    run: async ({ input, ...args }) => {
      await revalidateTags(operationContext(args), args.viewer, input);
      return BACK;
    },
  }),
  "revalidate-paths": intent({
    schema: revalidatePathsSchema,
    limit,
    run: async ({ input, ...args }) => {
      await revalidatePaths(operationContext(args), args.viewer, input);
      return BACK;
    },
  }),
  "refresh-all": intent({
    schema: refreshAllSchema,
    limit,
    run: async ({ input: _nothing, ...args }) => {
      await refreshAll(operationContext(args), args.viewer);
      return BACK;
    },
  }),
};
