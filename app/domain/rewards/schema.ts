/** What forms and commands of the rewards shop accept. Error texts are keys of `errors.fields.*`. */
import { z } from "zod";
import { formKeySchema } from "#app/domain/form-key.ts";
import { idSchema } from "#app/domain/id-schema.ts";
import { lineSchema } from "#app/domain/line.ts";
import { MAX_STARS } from "#app/domain/stars/entry.ts";
import { isWallTime } from "#app/domain/wall-clock.ts";
import { PROMOTION_KINDS } from "./reward.ts";

export const MAX_REWARD_NAME_LENGTH = 60;
export const MAX_MOTTO_LENGTH = 120;
export const MAX_DESCRIPTION_LENGTH = 200;
export const MAX_STOCK = 1_000;
export const MAX_PERCENT = 99;
const HUES = 8;

/** A form sends nothing as an empty text. Not a union: what is wrong is told by the schema itself. */
const orNothing = <T extends z.ZodType>(schema: T) => z.preprocess((value) => (typeof value === "string" && value.trim() === "" ? null : (value ?? null)), schema.nullable());
const whole = (min: number, max: number, message: string) => z.coerce.number(message).int(message).min(min, message).max(max, message);

const nameSchema = lineSchema(MAX_REWARD_NAME_LENGTH, "name-required", "name-long");
const hueSchema = whole(0, HUES - 1, "not-a-choice").default(0);
const iconSchema = orNothing(z.string().regex(/^[a-z][a-z-]{0,30}$/, "icon-unknown"));
const priceSchema = whole(1, MAX_STARS, "price-out-of-range");
const stockSchema = orNothing(whole(0, MAX_STOCK, "stock-out-of-range"));
const flagSchema = z.union([z.boolean(), z.enum(["on", "off"]).transform((text) => text === "on")], "not-a-choice").default(false);
const key = formKeySchema.optional();

/** `price`: what it was said to cost; dearer than that, nothing is asked for. */
export const redeemSchema = z.object({ productId: idSchema, key, price: priceSchema.optional() });
export type RedeemInput = z.infer<typeof redeemSchema>;
export const redemptionSchema = z.object({ redemptionId: idSchema });
export type RedemptionInput = z.infer<typeof redemptionSchema>;
/** Without a product: for nothing any more. */
export const wishSchema = z.object({ productId: orNothing(idSchema) });
export type WishInput = z.infer<typeof wishSchema>;

export const companySchema = z.object({
  name: orNothing(lineSchema(MAX_REWARD_NAME_LENGTH, "name-required", "name-long")),
  motto: orNothing(lineSchema(MAX_MOTTO_LENGTH, "name-required", "motto-long")),
  hue: hueSchema,
});
export type CompanyInput = z.infer<typeof companySchema>;

const categoryFields = z.object({ name: nameSchema, icon: iconSchema, hue: hueSchema });
export const categoryCreateSchema = categoryFields.extend({ key });
export type CategoryCreateInput = z.infer<typeof categoryCreateSchema>;
export const categoryChangeSchema = categoryFields.extend({ categoryId: idSchema });
export type CategoryChangeInput = z.infer<typeof categoryChangeSchema>;
export const categoryIdSchema = z.object({ categoryId: idSchema });
/** `to`: its place among the others, from 0. */
export const categoryMoveSchema = categoryIdSchema.extend({ to: whole(-1, 10_000, "not-a-choice") });
export type CategoryMoveInput = z.infer<typeof categoryMoveSchema>;

const productFields = z.object({
  name: nameSchema,
  description: orNothing(lineSchema(MAX_DESCRIPTION_LENGTH, "name-required", "description-long")),
  price: priceSchema,
  stock: stockSchema,
  categoryId: orNothing(idSchema),
  isActive: flagSchema,
});
export const productCreateSchema = productFields.extend({ key });
export type ProductCreateInput = z.infer<typeof productCreateSchema>;
/** `stockBefore`: what the form showed. Who leaves it alone changes nothing of what others have taken meanwhile. */
export const productChangeSchema = productFields.extend({ productId: idSchema, stockBefore: stockSchema });
export type ProductChangeInput = z.infer<typeof productChangeSchema>;
export const productIdSchema = z.object({ productId: idSchema });

/** `target`: `all`, or what it is for with its id. */
const targetSchema = z
  .string("not-a-choice")
  .regex(/^(all|(product|category):[0-9a-f]{32})$/, "not-a-choice")
  .transform((text) => {
    const [kind, id = null] = text.split(":");
    return { productId: kind === "product" ? id : null, categoryId: kind === "category" ? id : null };
  });
const wallTimeSchema = z.string("time-malformed").refine(isWallTime, "time-malformed");
const promotionFields = z.object({
  name: nameSchema,
  kind: z.enum(PROMOTION_KINDS, "not-a-choice"),
  value: whole(1, MAX_STARS, "discount-out-of-range"),
  startsAt: wallTimeSchema,
  endsAt: wallTimeSchema,
  target: targetSchema,
});
type PromotionFields = z.infer<typeof promotionFields>;

function promotion<T extends PromotionFields>({ target, ...input }: T, ctx: z.RefinementCtx) {
  if (input.kind === "percent" && input.value > MAX_PERCENT) ctx.addIssue({ code: "custom", path: ["value"], message: "percent-out-of-range" });
  if (input.startsAt >= input.endsAt) ctx.addIssue({ code: "custom", path: ["endsAt"], message: "ends-before-start" });
  return { ...input, ...target };
}
export const promotionCreateSchema = promotionFields.extend({ key }).transform(promotion);
export type PromotionCreateInput = z.infer<typeof promotionCreateSchema>;
export const promotionChangeSchema = promotionFields.extend({ promotionId: idSchema }).transform(promotion);
export type PromotionChangeInput = z.infer<typeof promotionChangeSchema>;
export const promotionIdSchema = z.object({ promotionId: idSchema });
