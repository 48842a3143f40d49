import { v7 as uuidv7 } from "uuid";

/** A time-ordered id (UUIDv7 without hyphens: channel names separate ids by a hyphen). Works in browsers, too. */
export const newId = (): string => uuidv7().replaceAll("-", "");

/** What `newId` makes. */
export const ID_PATTERN = /^[0-9a-f]{32}$/;
