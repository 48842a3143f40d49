/** The catalogue as it is stored, and as pages take it from memory. */
import { cachedReads } from "#app/cache/cached.server.ts";
import type { CacheTag } from "#app/cache/tags.ts";
import type { Context } from "#app/domain/context.ts";
import type { ImageData } from "#app/domain/images/image.ts";
import { imageColumn, imageOf } from "#app/domain/images/queries.server.ts";
import { outdate } from "#app/domain/maintenance/outdate.server.ts";
import type { Membership } from "#app/domain/families/membership.server.ts";
import type { Database, Queries, Tx } from "#db/database.ts";
import type { Catalogue, CategoryData, CompanyData, ProductData, PromotionData } from "./reward.ts";

/** As a row holds it: the picture is JSON. */
type Stored<T> = Omit<T, "image"> & { image: string | null };
const shown = <T extends { image: string | null }>(row: T): Omit<T, "image"> & { image: ImageData | null } => ({ ...row, image: imageOf(row.image) });

const NO_PROFILE: CompanyData = { name: null, motto: null, hue: 0, image: null };

async function companyOf(db: Queries, familyId: string): Promise<CompanyData> {
  const [row] = await db.all<Stored<CompanyData>>(`SELECT name, motto, hue, ${imageColumn("c.image_id")} AS image FROM companies c WHERE c.family_id = ?`, [familyId]);
  return row ? shown(row) : NO_PROFILE;
}

/** Index: categories_family. */
async function categoriesOf(db: Queries, familyId: string): Promise<CategoryData[]> {
  const rows = await db.all<Stored<CategoryData>>(`SELECT id, name, icon, hue, ${imageColumn("c.image_id")} AS image FROM categories c WHERE family_id = ? AND archived_at IS NULL ORDER BY position, id`, [familyId]);
  return rows.map(shown);
}

/** Index: products_family. */
async function productsOf(db: Queries, familyId: string): Promise<ProductData[]> {
  const rows = await db.all<Omit<Stored<ProductData>, "isActive"> & { isActive: number }>(
    `SELECT id, category_id AS categoryId, name, description, price, is_active AS isActive, ${imageColumn("p.image_id")} AS image FROM products p
     WHERE family_id = ? AND archived_at IS NULL ORDER BY created_at, id`,
    [familyId],
  );
  return rows.map((row) => shown({ ...row, isActive: row.isActive === 1 }));
}

/** Index: promotions_family. */
export async function promotionsOf(db: Queries, familyId: string): Promise<PromotionData[]> {
  const rows = await db.all<Stored<PromotionData>>(
    `SELECT id, name, kind, value, starts_at AS startsAt, ends_at AS endsAt, product_id AS productId, category_id AS categoryId, ${imageColumn("p.image_id")} AS image FROM promotions p
     WHERE family_id = ? AND archived_at IS NULL ORDER BY starts_at, id`,
    [familyId],
  );
  return rows.map(shown);
}

/** All of a family's catalogue, from memory where nobody has declared it out of date; one look at the versions for all. */
export async function catalogueOf(db: Database, { family }: Pick<Membership, "family">): Promise<Catalogue> {
  const read = await cachedReads(db, { tags: ["company", "categories", "products", "promotions"], scope: family.id });
  const [company, categories, products, promotions] = await Promise.all([
    read("company", "company", () => companyOf(db, family.id)),
    read("categories", "categories", () => categoriesOf(db, family.id)),
    read("products", "products", () => productsOf(db, family.id)),
    read("promotions", "promotions", () => promotionsOf(db, family.id)),
  ]);
  return { company, categories, products, promotions };
}

/** With the commit the pages' copies are out of date, here and in every other process, and open browsers hear of it. */
export const outdateCatalogue = (tx: Tx, ctx: Context, { family }: Pick<Membership, "family">, ...tags: [CacheTag, ...CacheTag[]]): Promise<void> => outdate(tx, ctx, { tags, familyId: family.id });
