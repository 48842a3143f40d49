/** Catalogue forms carry a key of their page: a second press, or a retry, is the first one again. */
import type { Queries } from "#db/database.ts";
import { DomainError } from "#app/domain/errors.ts";
import type { Viewer } from "#app/domain/viewer.ts";

/** Indexes: categories_create_key, products_create_key, promotions_create_key. */
const BY_KEY = {
  categories: "SELECT id, name FROM categories WHERE created_by = ? AND family_id = ? AND create_key = ?",
  products: "SELECT id, name FROM products WHERE created_by = ? AND family_id = ? AND create_key = ?",
  promotions: "SELECT id, name FROM promotions WHERE created_by = ? AND family_id = ? AND create_key = ?",
} as const;

/**
 * The id of what a key has made; undefined where it has made nothing, or there is none. It may have been changed since:
 * that it bears the same name is enough.
 * @throws DomainError key-reused (field key) where it made something of another name
 */
export async function madeByKey(tx: Queries, table: keyof typeof BY_KEY, { familyId, viewer, key, name }: { familyId: string; viewer: Viewer; key: string | undefined; name: string }): Promise<string | undefined> {
  if (key === undefined) return undefined;
  const [same] = await tx.all<{ id: string; name: string }>(BY_KEY[table], [viewer.userId, familyId, key]);
  if (same && same.name !== name) throw new DomainError("key-reused", { field: "key" });
  return same?.id;
}
