/** The family whose children sign in on this device, so that they need not type its code again. It opens nothing by itself. */
import { createCookie } from "@remix-run/node";
import { familyCodeSchema } from "#app/domain/families/schema.ts";

/** Browsers keep no cookie longer than 400 days. */
const KEPT_SECONDS = 400 * 24 * 60 * 60;

const cookie = (secure: boolean) => createCookie("roost_family", { secure, httpOnly: true, sameSite: "lax", path: "/login", maxAge: KEPT_SECONDS });

/** @returns a Set-Cookie header */
export const rememberFamilyCode = (secure: boolean, code: string): Promise<string> => cookie(secure).serialize(code);

/** The code used last on this device; null when there is none. */
export async function readFamilyCode(request: Request): Promise<string | null> {
  const value: unknown = await cookie(false).parse(request.headers.get("cookie"));
  return familyCodeSchema.safeParse(value).data ?? null;
}
