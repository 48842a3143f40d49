/** Who may do what in a family, as one table. Pure: pages offer by it, commands refuse by it. */

/** A wall tablet is nobody in particular: it shows, and lets people in by their PIN. */
export const FAMILY_ROLES = ["parent", "child", "tablet"] as const;
export type FamilyRole = (typeof FAMILY_ROLES)[number];
/** Roles of people. */
export type MemberRole = Exclude<FamilyRole, "tablet">;

export const FAMILY_ACTIONS = [
  "view",
  "family-change",
  "invite",
  "invitation-revoke",
  "child-create",
  "child-reset-pin",
  "child-picture",
  "member-remove",
  "tablet-create",
  "tablet-revoke",
  "template-create",
  "template-change",
  "template-archive",
  "timer-start",
  "timer-set-stars",
  "timer-pause",
  "timer-resume",
  "timer-extend",
  "timer-cancel",
  "timer-sync",
  "timer-confirm",
  "stars-add",
  "stars-remove",
  "stars-undo",
  "chore-create",
  "chore-change",
  "chore-archive",
  "chore-claim",
  "chore-approve",
  "chore-refuse",
  "chore-undo",
  "redemption-ask",
  "redemption-cancel",
  "redemption-approve",
  "redemption-refuse",
  "redemption-undo",
  "wish-set",
  "company-change",
  "category-create",
  "category-change",
  "category-move",
  "category-archive",
  "product-create",
  "product-change",
  "product-archive",
  "promotion-create",
  "promotion-change",
  "promotion-archive",
] as const;
export type FamilyAction = (typeof FAMILY_ACTIONS)[number];

/** `own`: only what is for oneself (or for nobody, and begun by oneself). */
export type Permission = "any" | "own" | "none";

/** A new action has no row here and does not compile. */
export const PERMISSIONS: Readonly<Record<FamilyAction, Readonly<Record<FamilyRole, Permission>>>> = {
  view: { parent: "any", child: "any", tablet: "any" },
  "family-change": { parent: "any", child: "none", tablet: "none" },
  invite: { parent: "any", child: "none", tablet: "none" },
  "invitation-revoke": { parent: "any", child: "none", tablet: "none" },
  "child-create": { parent: "any", child: "none", tablet: "none" },
  "child-reset-pin": { parent: "any", child: "none", tablet: "none" },
  // A child's face; everybody's own hangs on no role (images/policy.ts).
  "child-picture": { parent: "any", child: "own", tablet: "none" },
  "member-remove": { parent: "any", child: "none", tablet: "none" },
  "tablet-create": { parent: "any", child: "none", tablet: "none" },
  "tablet-revoke": { parent: "any", child: "none", tablet: "none" },
  "template-create": { parent: "any", child: "none", tablet: "none" },
  "template-change": { parent: "any", child: "none", tablet: "none" },
  "template-archive": { parent: "any", child: "none", tablet: "none" },
  "timer-start": { parent: "any", child: "own", tablet: "none" },
  // Whoever earns the stars does not set how many.
  "timer-set-stars": { parent: "any", child: "none", tablet: "none" },
  "timer-pause": { parent: "any", child: "own", tablet: "none" },
  "timer-resume": { parent: "any", child: "own", tablet: "none" },
  "timer-extend": { parent: "any", child: "none", tablet: "none" },
  "timer-cancel": { parent: "any", child: "own", tablet: "none" },
  // Only what is true already is written: everybody who sees a timer may ask for it.
  "timer-sync": { parent: "any", child: "any", tablet: "none" },
  "timer-confirm": { parent: "any", child: "none", tablet: "none" },
  "stars-add": { parent: "any", child: "none", tablet: "none" },
  "stars-remove": { parent: "any", child: "none", tablet: "none" },
  "stars-undo": { parent: "any", child: "none", tablet: "none" },
  "chore-create": { parent: "any", child: "none", tablet: "none" },
  "chore-change": { parent: "any", child: "none", tablet: "none" },
  "chore-archive": { parent: "any", child: "none", tablet: "none" },
  "chore-claim": { parent: "any", child: "own", tablet: "none" },
  "chore-approve": { parent: "any", child: "none", tablet: "none" },
  "chore-refuse": { parent: "any", child: "none", tablet: "none" },
  // Of one's own only what nobody has approved yet.
  "chore-undo": { parent: "any", child: "own", tablet: "none" },
  // For oneself, always: children ask, parents decide.
  "redemption-ask": { parent: "none", child: "any", tablet: "none" },
  "redemption-cancel": { parent: "none", child: "own", tablet: "none" },
  "redemption-approve": { parent: "any", child: "none", tablet: "none" },
  "redemption-refuse": { parent: "any", child: "none", tablet: "none" },
  "redemption-undo": { parent: "any", child: "none", tablet: "none" },
  "wish-set": { parent: "none", child: "any", tablet: "none" },
  "company-change": { parent: "any", child: "none", tablet: "none" },
  "category-create": { parent: "any", child: "none", tablet: "none" },
  "category-change": { parent: "any", child: "none", tablet: "none" },
  "category-move": { parent: "any", child: "none", tablet: "none" },
  "category-archive": { parent: "any", child: "none", tablet: "none" },
  "product-create": { parent: "any", child: "none", tablet: "none" },
  "product-change": { parent: "any", child: "none", tablet: "none" },
  "product-archive": { parent: "any", child: "none", tablet: "none" },
  "promotion-create": { parent: "any", child: "none", tablet: "none" },
  "promotion-change": { parent: "any", child: "none", tablet: "none" },
  "promotion-archive": { parent: "any", child: "none", tablet: "none" },
};

/** @param isOwn whether what is acted upon is the asker's own */
export function mayInFamily(role: FamilyRole, action: FamilyAction, isOwn: boolean): boolean {
  const permission = PERMISSIONS[action][role];
  return permission === "any" || (permission === "own" && isOwn);
}
