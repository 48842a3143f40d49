/** What a file is called by whoever sends it. */
import { MAX_FILE_NAME_LENGTH } from "./limits.ts";

/** Without a path, control characters, or marks that turn the direction of writing ("gpj.exe" for "exe.jpg"). */
export function harmlessName(name: string | undefined): string {
  const plain = (name ?? "")
    .toWellFormed()
    // As browsers write a quote and line ends in the name of a part.
    .replaceAll(/%22|%0d|%0a/gi, "")
    .replaceAll(/^.*[\\/]/gs, "")
    .replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069\u200e\u200f\u061c\ufeff"<>:|?*]/gu, "")
    .trim()
    .replace(/^\.+/, "");
  return shortened(plain) || "file";
}

/** Keeps the ending, which says what opens it. */
function shortened(name: string): string {
  const letters = Array.from(name);
  if (letters.length <= MAX_FILE_NAME_LENGTH) return name;
  const ending = /\.[^.]{1,16}$/u.exec(name)?.[0] ?? "";
  return letters.slice(0, MAX_FILE_NAME_LENGTH - Array.from(ending).length).join("") + ending;
}
