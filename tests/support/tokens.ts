/** Tokens of a libSQL server: signed with a key of the test's own. */
import { generateKeyPairSync, sign } from "node:crypto";

const encoded = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");

/** @returns the public key (PEM) for the server, and a token that it takes */
export function databaseTokens(): { publicKey: string; token: string } {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const signed = `${encoded({ alg: "EdDSA", typ: "JWT" })}.${encoded({ iat: 1, a: "rw" })}`;
  return { publicKey: publicKey.export({ type: "spki", format: "pem" }).toString(), token: `${signed}.${sign(null, Buffer.from(signed), privateKey).toString("base64url")}` };
}
