import { integer, sqliteTable, text } from "drizzle-orm/sqlite-core";

/** What the last check of each part of the installation found: one row a part, so nothing grows. */
export const healthResults = sqliteTable("health_results", {
  name: text("name", { enum: ["realtime", "database"] }).primaryKey(),
  at: integer("at").notNull(),
  healthy: integer("healthy", { mode: "boolean" }).notNull(),
  /** As app/domain/health reads it: JSON without secrets. */
  result: text("result").notNull(),
  /** When it was last found healthy, and how long it took then, in ms; both outlive later failures. */
  healthyAt: integer("healthy_at"),
  healthyMs: integer("healthy_ms"),
});
