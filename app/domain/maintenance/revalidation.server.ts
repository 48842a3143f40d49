/**
 * Declaring cached data out of date, by an admin: by tags, by pages, or all of it. Every process sees it at its next
 * read, and open browsers are told to load anew what they show.
 */
import { raiseVersion } from "#app/cache/versions.server.ts";
import { CACHE_PATHS, CACHE_TAGS, pathsOfTags, tagsOfPath, type CacheTag } from "#app/cache/tags.ts";
import { mayAdminister } from "#app/domain/accounts/policy.ts";
import { familyChannel } from "#app/domain/channels.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { appendStatements } from "#db/outbox/append.ts";
import { cacheRevalidated, type CacheRevalidated } from "./events.ts";
import type { OperationKind, OperationState } from "./operation.ts";
import { runOperation, type OperationContext, type OperationStep } from "./run-operation.server.ts";

/** One at a time, whatever is revalidated: a second admin sees the first one's running. */
export const REVALIDATION = "revalidation";

/** Families told in one transaction: others who write wait no longer than for a message or two. */
const FAMILIES_A_STEP = 100;

/** @throws DomainError forbidden; operation-running */
export async function revalidateTags(ctx: OperationContext, viewer: Viewer, { tags }: { tags: readonly CacheTag[] }): Promise<OperationState> {
  return revalidate(ctx, viewer, "revalidate-tags", { tags, paths: [] });
}

/** Pages that show nothing cached fail, and the others are revalidated. @throws DomainError forbidden; operation-running */
export async function revalidatePaths(ctx: OperationContext, viewer: Viewer, { paths }: { paths: readonly string[] }): Promise<OperationState> {
  return revalidate(ctx, viewer, "revalidate-paths", { tags: [], paths });
}

/** All tags, then all pages. @throws DomainError forbidden; operation-running */
export async function refreshAll(ctx: OperationContext, viewer: Viewer): Promise<OperationState> {
  return revalidate(ctx, viewer, "refresh-all", { tags: CACHE_TAGS, paths: CACHE_PATHS });
}

interface Wanted {
  tags: readonly CacheTag[];
  paths: readonly string[];
}

async function revalidate(ctx: OperationContext, viewer: Viewer, kind: OperationKind, { tags, paths }: Wanted): Promise<OperationState> {
  if (!mayAdminister(viewer)) throw new DomainError("forbidden");
  const done = { tags: new Set<CacheTag>(), paths: new Set<string>() };
  const raise = async (raised: readonly CacheTag[]) => {
    await ctx.db.batch(raised.map((tag) => raiseVersion(tag, ctx)));
    for (const tag of raised) done.tags.add(tag);
  };
  const steps: OperationStep[] = [
    ...tags.map((tag) => ({ item: tag, run: () => raise([tag]) })),
    ...paths.map((path) => ({
      item: path,
      run: async () => {
        const shown = tagsOfPath(path);
        if (shown.length === 0) throw new DomainError("not-found");
        await raise(shown);
        done.paths.add(path);
      },
    })),
    ...(await familySteps(ctx, () => ({ tags: [...done.tags], paths: [...new Set([...done.paths, ...pathsOfTags([...done.tags])])] }))),
  ];
  return runOperation(ctx, { kind, actor: viewer, items: [...tags, ...paths], exclusive: REVALIDATION, steps });
}

/** Telling all families there are, some at a time. A family that comes meanwhile has nothing old on its screens. */
async function familySteps(ctx: OperationContext, what: () => CacheRevalidated): Promise<OperationStep[]> {
  const families = await ctx.db.all<{ id: string }>("SELECT id FROM families ORDER BY id");
  const parts = Array.from({ length: Math.ceil(families.length / FAMILIES_A_STEP) }, (_, index) => families.slice(index * FAMILIES_A_STEP, (index + 1) * FAMILIES_A_STEP));
  return parts.map((part) => ({
    item: "cache:revalidated",
    isCommon: true,
    run: async () => {
      const payload = what();
      if (payload.tags.length > 0) await ctx.db.batch(part.flatMap(({ id }) => appendStatements({ type: cacheRevalidated, channel: familyChannel(id), payload }, ctx)));
    },
  }));
}
