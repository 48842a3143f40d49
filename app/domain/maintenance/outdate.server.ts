/** For commands that change what loaders keep in memory: it is out of date with their commit, and open browsers hear of it. */
import { pathsOfTags, type CacheTag } from "#app/cache/tags.ts";
import { raiseVersion } from "#app/cache/versions.server.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Tx } from "#db/database.ts";
import { append, type AppendContext } from "#db/outbox/append.ts";
import { cacheRevalidated } from "./events.ts";

/** Declares one family's part of a tag, or of several, out of date, within the transaction of the change. */
export async function outdate(tx: Tx, ctx: AppendContext, { tag, tags = tag === undefined ? [] : [tag], familyId }: { tag?: CacheTag; tags?: readonly CacheTag[]; familyId: string }): Promise<void> {
  for (const one of tags) {
    const { sql, args = [] } = raiseVersion(`${one}:${familyId}`, ctx);
    await tx.all(sql, args);
  }
  await append(tx, { type: cacheRevalidated, channel: familyChannel(familyId), payload: { tags: [...tags], paths: pathsOfTags(tags) } }, ctx);
}
