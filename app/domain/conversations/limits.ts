/** In UTF-16 code units, as form fields count. */
export const MAX_BODY_LENGTH = 20_000;
/** The same, of a room. */
export const MAX_ROOM_NAME_LENGTH = 80;
/** Up to so many members everybody sees who is in a room, who is here, and who has read what. Beyond, Channels takes nobody in any more (pusher.md). */
export const MAX_PRESENT = 100;
/** Unread messages are counted so far and no further, so that a list never scans a room. */
export const UNREAD_LIMIT = 100;
/** Different emoji on one message. */
export const MAX_EMOJI_ON_MESSAGE = 20;
/** In UTF-16 code units: the longest emoji (a family with skin tones) has 25 or so. */
export const MAX_EMOJI_LENGTH = 40;
