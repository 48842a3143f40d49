/** Who may, as pure functions. */
import type { Viewer } from "#app/domain/viewer.ts";

export const mayAdminister = (viewer: Pick<Viewer, "role">): boolean => viewer.role === "admin";

/** A disabled account neither signs in nor keeps a session. */
export const maySignIn = (user: { disabledAt: number | null }): boolean => user.disabledAt === null;

/** Nobody switches their own account off: so there is always an admin who can switch one on. */
export const mayDisable = (viewer: Pick<Viewer, "userId">, userId: string): boolean => viewer.userId !== userId;

/** Children who sign in by a PIN have no password: a parent gives them another PIN. */
export const mayChangePassword = (viewer: Pick<Viewer, "email">): boolean => viewer.email !== null;

/** @param invited whether an invitation lets them in */
export const maySignUp = (signups: "open" | "invited", invited: boolean): boolean => signups === "open" || invited;
