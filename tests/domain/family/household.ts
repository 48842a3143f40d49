/** A family for domain tests: two parents, two children, somebody of another family, and somebody of none. */
import { insertUser } from "#app/domain/accounts/commands.server.ts";
import { familyChannel } from "#app/domain/channels.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { createFamily } from "#app/domain/families/commands.server.ts";
import type { FamilyData } from "#app/domain/families/family.ts";
import { admit } from "#app/domain/families/members.server.ts";
import type { FamilySettingsInput } from "#app/domain/families/schema.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { Database } from "#db/database.ts";
import { contextOver, person } from "#tests/domain/people.ts";

export interface Household {
  ctx: ReturnType<typeof contextOver>;
  family: FamilyData;
  parent: Viewer;
  other: Viewer;
  child: Viewer;
  sibling: Viewer;
  /** Parent of another family. */
  stranger: Viewer;
  /** Of no family. */
  loner: Viewer;
}

export const SETTINGS: FamilySettingsInput = { name: "Demo", timeZone: "Africa/Cairo", weekStart: 6, choresCountAtOnce: false };

export async function household(db: Database, settings: Partial<FamilySettingsInput> = {}): Promise<Household> {
  const ctx = contextOver(db);
  const [parent, other, stranger, loner] = [await person(ctx, "Parent"), await person(ctx, "Other"), await person(ctx, "Stranger"), await person(ctx, "Loner")];
  const family = await createFamily(ctx, parent, { ...SETTINGS, ...settings });
  await ctx.db.transact((tx) => admit(tx, ctx, family.id, other.userId, "parent"));
  await createFamily(ctx, stranger, { ...SETTINGS, name: "Next door" });
  return { ctx, family, parent, other, stranger, loner, child: await childOf(ctx, family, "Child"), sibling: await childOf(ctx, family, "Sibling") };
}

/** Without a PIN: hashing one is slow on purpose. */
async function childOf(ctx: Context, family: FamilyData, name: string): Promise<Viewer> {
  return ctx.db.transact(async (tx) => {
    const userId = (await insertUser(tx, ctx, { name, email: null, passwordHash: null, timeZone: null }))!;
    await admit(tx, ctx, family.id, userId, "child");
    return { userId, sessionId: ctx.newId(), name, email: null, role: "member", hue: 0 };
  });
}

export interface Told {
  event: string;
  data: Record<string, unknown>;
}

/** What the family was told since `seq`, in order. */
export async function told({ ctx, family }: Pick<Household, "ctx" | "family">, after = 0): Promise<Told[]> {
  const rows = await ctx.db.all<{ event: string; payload: string }>("SELECT event, payload FROM outbox_events WHERE channel = ? AND seq > ? ORDER BY seq", [familyChannel(family.id), after]);
  return rows.map(({ event, payload }) => ({ event, data: JSON.parse(payload) as Record<string, unknown> }));
}

export async function newestSeq({ ctx }: Pick<Household, "ctx">): Promise<number> {
  const [row] = await ctx.db.all<{ seq: number | null }>("SELECT max(seq) AS seq FROM outbox_events");
  return row?.seq ?? 0;
}

/** The code of the refusal that an action ends with; null when it succeeds. */
export async function refusalOf(action: Promise<unknown>): Promise<string | null> {
  try {
    await action;
    return null;
  } catch (error) {
    if (error instanceof DomainError) return error.code;
    throw error;
  }
}
