/** The demo household's shop: its profile, shelves, rewards, one promotion, and a wish that waits. Only while its shelves are empty. */
import type { Context } from "#app/domain/context.ts";
import { askForReward, changeCompany, createCategory, createProduct, createPromotion, setWish } from "#app/domain/rewards/commands.server.ts";
import type { Viewer } from "#app/domain/viewer.ts";
import { wallTimeIn } from "#app/domain/wall-clock.ts";

const CATEGORIES = [
  { key: "treats", name: "Treats · حلويات", icon: "fruit", hue: 0 },
  { key: "outings", name: "Outings · نزهات", icon: "bike", hue: 3 },
  { key: "evenings", name: "Evenings · أمسيات", icon: "screen", hue: 6 },
] as const;

const PRODUCTS = [
  { category: "treats", name: "Ice cream · بوظة", description: "Two scoops, any kind · كرتان من أي نوع", price: 5, stock: null },
  { category: "treats", name: "Baking together · نخبز معًا", description: null, price: 8, stock: 3 },
  { category: "outings", name: "Swimming pool · المسبح", description: "With a friend · مع صديق", price: 20, stock: 2 },
  { category: "outings", name: "Picnic by the river · نزهة على النهر", description: null, price: 15, stock: null },
  { category: "evenings", name: "Half an hour of games · نصف ساعة لعب", description: null, price: 4, stock: 5 },
  { category: "evenings", name: "Choosing the film · اختيار الفيلم", description: "For all of us · لنا جميعًا", price: 6, stock: 1 },
] as const;

const DAY_MS = 86_400_000;
const PROMOTION_DAYS = 7;

export interface DemoShop {
  categories: Record<string, string>;
  products: Record<string, string>;
  promotionId: string;
}

/** @returns what was made, by its key or name; null where something stood there already */
export async function seedRewards(ctx: Context, { parent, child, familyId, timeZone }: { parent: Viewer; child: Viewer; familyId: string; timeZone: string }): Promise<DemoShop | null> {
  const [stands] = await ctx.db.all("SELECT 1 AS one FROM products WHERE family_id = ? LIMIT 1", [familyId]);
  if (stands) return null;
  await changeCompany(ctx, parent, { name: "The Nest's corner shop · دكان العش", motto: "Small stars, big days · نجوم صغيرة، أيام كبيرة", hue: 1 });
  const categories: Record<string, string> = {};
  for (const { key, ...category } of CATEGORIES) categories[key] = (await createCategory(ctx, parent, category)).categoryId;
  const products: Record<string, string> = {};
  for (const { category, ...product } of PRODUCTS) products[product.name] = (await createProduct(ctx, parent, { ...product, categoryId: categories[category]!, isActive: true })).productId;
  const now = ctx.now();
  const { promotionId } = await createPromotion(ctx, parent, {
    ...{ name: "Summer week · أسبوع الصيف", kind: "percent", value: 25, productId: null, categoryId: categories["outings"]! },
    ...{ startsAt: wallTimeIn(timeZone, now - DAY_MS), endsAt: wallTimeIn(timeZone, now + PROMOTION_DAYS * DAY_MS) },
  });
  await askForReward(ctx, child, { productId: products["Ice cream · بوظة"]!, key: "demo-ask-ice-cream" });
  await setWish(ctx, child, { productId: products["Swimming pool · المسبح"]! });
  return { categories, products, promotionId };
}
