/** Tokens that let whoever holds them in: the browser or the link holds one, the database its hash. */
import { createHash, randomBytes } from "node:crypto";

const TOKEN_BYTES = 32;

/** A token that nobody can guess; token.ts knows its form. */
export const newToken = (): string => randomBytes(TOKEN_BYTES).toString("base64url");

/** What is stored of a token. */
export const hashToken = (token: string): string => createHash("sha256").update(token).digest("hex");
