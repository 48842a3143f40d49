/** Events of families. Shared with the browser: no server import here. */
import { durable } from "#db/outbox/event.ts";
import type { FamilyData } from "./family.ts";

/** Somebody came, went, or has another name or picture. */
export type FamilyMemberChanged = { memberId: string } & ({ change: "joined" | "left" } | { change: "renamed"; name: string } | { change: "pictured"; avatar: string | null });

export const familyChanged = durable<{ family: FamilyData }>()("family:changed");
/** Who has left is cut off from the channel. */
export const familyMemberChanged = durable<FamilyMemberChanged>()("family:member-changed", "skip", { terminates: ({ memberId, change }) => (change === "left" ? memberId : null) });
/** On the person's own channel. */
export const familyJoined = durable<{ familyId: string }>()("family-joined");
export const familyLeft = durable<{ familyId: string }>()("family-left");
/** The tablet's own screen shows nothing from here on, and is cut off from the channel. */
export const familyTabletRevoked = durable<{ tabletId: string }>()("family:tablet-revoked", "skip", { terminates: ({ tabletId }) => tabletId });
