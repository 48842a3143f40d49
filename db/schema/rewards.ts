import { sql } from "drizzle-orm";
import { check, index, integer, primaryKey, sqliteTable, text, uniqueIndex } from "drizzle-orm/sqlite-core";
import { users } from "./accounts.ts";
import { families } from "./family.ts";

/** The household as its shop and its pages introduce it. Made with the first thing that is said of it: all columns may be missing. */
export const companies = sqliteTable("companies", {
  familyId: text("family_id").primaryKey().references(() => families.id),
  /** Null: the family's own. */
  name: text("name"),
  motto: text("motto"),
  /** One of the eight hues, 0 to 7. */
  hue: integer("hue").notNull().default(0),
  imageId: text("image_id"),
});

/** Shelves of the shop, in the order of `position`. */
export const categories = sqliteTable(
  "categories",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    name: text("name").notNull(),
    /** The name of one of the app's drawings. */
    icon: text("icon"),
    /** One of the eight hues, 0 to 7. */
    hue: integer("hue").notNull().default(0),
    position: integer("position").notNull(),
    imageId: text("image_id"),
    createdBy: text("created_by").notNull().references(() => users.id),
    /** Minted by the form that made it: the same press again is this one. */
    createKey: text("create_key"),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    index("categories_family").on(table.familyId, table.position).where(sql`archived_at IS NULL`),
    uniqueIndex("categories_create_key").on(table.createdBy, table.familyId, table.createKey).where(sql`create_key IS NOT NULL`),
  ],
);

/** Rewards that stars buy. */
export const products = sqliteTable(
  "products",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    categoryId: text("category_id").references(() => categories.id),
    name: text("name").notNull(),
    description: text("description"),
    /** Stars, without a promotion. */
    price: integer("price").notNull(),
    /** What can still be asked for: requests that wait have taken theirs already. Null: without end. */
    stock: integer("stock"),
    /** Goes up by one with every change of the stock: by it screens tell a late event from a new one. */
    stockVersion: integer("stock_version").notNull().default(0),
    isActive: integer("is_active", { mode: "boolean" }).notNull().default(true),
    imageId: text("image_id"),
    createdBy: text("created_by").notNull().references(() => users.id),
    /** Minted by the form that made it: the same press again is this one. */
    createKey: text("create_key"),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    index("products_family").on(table.familyId).where(sql`archived_at IS NULL`),
    index("products_category").on(table.categoryId).where(sql`category_id IS NOT NULL`),
    uniqueIndex("products_create_key").on(table.createdBy, table.familyId, table.createKey).where(sql`create_key IS NOT NULL`),
    check("products_price", sql`price > 0`),
    check("products_stock", sql`stock IS NULL OR stock >= 0`),
  ],
);

/** Discounts for a time. From and to are what the family's clock shows, `2026-03-31T16:00`; `to` is no longer in it. */
export const promotions = sqliteTable(
  "promotions",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    name: text("name").notNull(),
    kind: text("kind", { enum: ["percent", "price"] }).notNull(),
    /** Percent taken off, or the price instead, in stars. */
    value: integer("value").notNull(),
    startsAt: text("starts_at").notNull(),
    endsAt: text("ends_at").notNull(),
    /** What it is for: one product, else a category, else all. */
    productId: text("product_id").references(() => products.id),
    categoryId: text("category_id").references(() => categories.id),
    imageId: text("image_id"),
    createdBy: text("created_by").notNull().references(() => users.id),
    /** Minted by the form that made it: the same press again is this one. */
    createKey: text("create_key"),
    createdAt: integer("created_at").notNull(),
    archivedAt: integer("archived_at"),
  },
  (table) => [
    index("promotions_family").on(table.familyId).where(sql`archived_at IS NULL`),
    index("promotions_product").on(table.productId).where(sql`product_id IS NOT NULL`),
    index("promotions_category").on(table.categoryId).where(sql`category_id IS NOT NULL`),
    uniqueIndex("promotions_create_key").on(table.createdBy, table.familyId, table.createKey).where(sql`create_key IS NOT NULL`),
    check("promotions_value", sql`value > 0 AND (kind <> 'percent' OR value < 100)`),
    check("promotions_time", sql`starts_at < ends_at`),
  ],
);

/**
 * What somebody has asked for, and what became of it. While it waits, its price is held: of the member's stars, what
 * waits cannot be spent. There is no other book of what is held.
 */
export const redemptions = sqliteTable(
  "redemptions",
  {
    id: text("id").primaryKey(),
    familyId: text("family_id").notNull().references(() => families.id),
    productId: text("product_id").notNull().references(() => products.id),
    memberId: text("member_id").notNull().references(() => users.id),
    /** As it was called and priced when it was asked for. */
    productName: text("product_name").notNull(),
    price: integer("price").notNull(),
    /** Without the promotion. */
    fullPrice: integer("full_price").notNull(),
    /** Whether it took a piece of the stock, which then goes back when it comes to nothing. */
    tookStock: integer("took_stock", { mode: "boolean" }).notNull(),
    state: text("state", { enum: ["waiting", "approved", "refused", "cancelled", "undone"] }).notNull(),
    /** Goes up by one with every change. */
    version: integer("version").notNull().default(1),
    /** Minted by the form that asked: the same press again is this one. */
    askKey: text("ask_key"),
    askedAt: integer("asked_at").notNull(),
    decidedBy: text("decided_by").references(() => users.id),
    /** When it came to its present state; null while it waits. */
    decidedAt: integer("decided_at"),
  },
  (table) => [
    index("redemptions_waiting").on(table.familyId, table.memberId).where(sql`state = 'waiting'`),
    index("redemptions_decided").on(table.familyId, table.askedAt).where(sql`state <> 'waiting'`),
    index("redemptions_product").on(table.productId),
    uniqueIndex("redemptions_ask_key").on(table.memberId, table.familyId, table.askKey).where(sql`ask_key IS NOT NULL`),
    check("redemptions_price", sql`price > 0 AND price <= full_price`),
  ],
);

/** What somebody saves their stars for, one each; the row stays when they wish for nothing any more. */
export const wishes = sqliteTable(
  "wishes",
  {
    familyId: text("family_id").notNull().references(() => families.id),
    memberId: text("member_id").notNull().references(() => users.id),
    productId: text("product_id").references(() => products.id),
    /** Goes up by one with every change. */
    version: integer("version").notNull().default(1),
  },
  (table) => [primaryKey({ columns: [table.familyId, table.memberId] }), index("wishes_product").on(table.productId)],
);
