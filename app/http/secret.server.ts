import { createHash, timingSafeEqual } from "node:crypto";

/** Compares secrets in constant time; hashing first makes the lengths equal. */
export function sameSecret(given: string, expected: string): boolean {
  const digest = (text: string) => createHash("sha256").update(text).digest();
  return timingSafeEqual(digest(given), digest(expected));
}

/** Whether `Authorization: Bearer …` carries this token. */
export function hasBearer(request: Request, token: string): boolean {
  const given = /^bearer (.+)$/i.exec(request.headers.get("authorization") ?? "")?.[1];
  return given !== undefined && sameSecret(given, token);
}
