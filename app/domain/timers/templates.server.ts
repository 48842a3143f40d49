/** Templates of timers. A run takes what it needs and never writes back. They seldom change: pages take them from memory. */
import { cached } from "#app/cache/cached.server.ts";
import type { Database, Queries, Tx } from "#db/database.ts";
import type { Context } from "#app/domain/context.ts";
import { DomainError } from "#app/domain/errors.ts";
import { membershipFor, type Membership } from "#app/domain/families/membership.server.ts";
import { outdate } from "#app/domain/maintenance/outdate.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import type { TimerTemplateChangeInput, TimerTemplateInput } from "./schema.ts";

export interface TimerTemplate {
  id: string;
  name: string;
  durationMs: number;
  stars: number;
  icon: string | null;
  hue: number;
}

const MINUTE_MS = 60_000;
const COLUMNS = "id, name, duration_ms AS durationMs, stars, icon, hue";

/** The family's templates, in the order in which they were made. Index: timer_templates_family. */
export async function templatesOf(db: Database, { family }: Pick<Membership, "family">): Promise<readonly TimerTemplate[]> {
  const fill = () => db.all<TimerTemplate>(`SELECT ${COLUMNS} FROM timer_templates WHERE family_id = ? AND archived_at IS NULL ORDER BY created_at, id`, [family.id]);
  return cached(db, { name: "templates", tag: "templates", scope: family.id, fill });
}

/** With the commit the list is out of date, here and in every other process. */
const changed = (tx: Tx, ctx: Context, { family }: Pick<Membership, "family">) => outdate(tx, ctx, { tag: "templates", familyId: family.id });

/** @throws DomainError not-found (field templateId) for another family's, too */
export async function templateFor(db: Queries, { family }: Membership, templateId: string): Promise<TimerTemplate> {
  const [template] = await db.all<TimerTemplate>(`SELECT ${COLUMNS} FROM timer_templates WHERE id = ? AND family_id = ? AND archived_at IS NULL`, [templateId, family.id]);
  if (!template) throw new DomainError("not-found", { field: "templateId" });
  return template;
}

/** @throws DomainError forbidden */
export async function createTemplate(ctx: Context, viewer: Viewer, { minutes, ...input }: TimerTemplateInput): Promise<TimerTemplate> {
  return ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "template-create");
    const { family } = membership;
    const template: TimerTemplate = { id: ctx.newId(), durationMs: minutes * MINUTE_MS, ...input };
    const { id, name, durationMs, stars, icon, hue } = template;
    await tx.all("INSERT INTO timer_templates (id, family_id, name, duration_ms, stars, icon, hue, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [id, family.id, name, durationMs, stars, icon, hue, ctx.now()]);
    await changed(tx, ctx, membership);
    return template;
  });
}

/** Changes a template; what runs already stays as it is. @throws DomainError forbidden, not-found */
export async function changeTemplate(ctx: Context, viewer: Viewer, input: TimerTemplateChangeInput): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "template-change");
    const { id } = await templateFor(tx, membership, input.templateId);
    await tx.all("UPDATE timer_templates SET name = ?, duration_ms = ?, stars = ?, icon = ?, hue = ? WHERE id = ?", [input.name, input.minutes * MINUTE_MS, input.stars, input.icon, input.hue, id]);
    await changed(tx, ctx, membership);
  });
}

/** Takes a template off the list; runs that came from it stay. @throws DomainError forbidden, not-found */
export async function archiveTemplate(ctx: Context, viewer: Viewer, input: { templateId: string }): Promise<void> {
  await ctx.db.transact(async (tx) => {
    const membership = await membershipFor(tx, viewer, "template-archive");
    const { id } = await templateFor(tx, membership, input.templateId);
    await tx.all("UPDATE timer_templates SET archived_at = ? WHERE id = ?", [ctx.now(), id]);
    await changed(tx, ctx, membership);
  });
}
