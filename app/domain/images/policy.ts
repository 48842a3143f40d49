/** Who may set which pictures. Pure: pages offer by it, commands refuse by it. */
import { mayInFamily, type MemberRole } from "#app/domain/families/policy.ts";

/** Of the shop and the household's profile: whoever runs the catalogue. @param role in the family that owns the row; null: not in it */
export const mayChangeShopImage = (role: MemberRole | null): boolean => role !== null && mayInFamily(role, "family-change", false);

/** One's own face, whoever one is; and for parents a child's, who may be too small to do it. */
export const mayChangeAvatar = (asker: { userId: string; role: MemberRole | null }, owner: { userId: string; role: MemberRole | null }): boolean =>
  asker.userId === owner.userId || (asker.role !== null && owner.role === "child" && mayInFamily(asker.role, "child-picture", false));
