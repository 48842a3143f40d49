/** Who may do what in a room. Pure. Site admins have no special power here: a closed room is closed to them, too. */
import type { MemberRole, RoomAccess } from "#app/domain/conversations/conversation.ts";

/** Without an invitation. */
export const mayJoin = (room: { access: RoomAccess } | undefined): room is { access: "open" } => room?.access === "open";

/** Every member may. Anybody but a disabled person may be invited. */
export const mayBeInvited = (person: { disabledAt: number | null } | undefined): boolean => person?.disabledAt === null;

/** The owner removes others; who wants to go leaves. */
export const mayRemove = (viewer: { userId: string; role: MemberRole }, userId: string): boolean => viewer.role === "owner" && viewer.userId !== userId;
