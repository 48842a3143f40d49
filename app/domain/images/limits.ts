/** Bounds of uploads, shared with the browser, which refuses early what the server would refuse anyway. */
export const MAX_IMAGE_BYTES = 25 * 1024 * 1024;
export const MAX_FILE_BYTES = 25 * 1024 * 1024;
/** 60 million: what a phone makes, and less than decoding could hurt by. */
export const MAX_IMAGE_PIXELS = 60_000_000;
/** Pictures and files of one message together. */
export const MAX_ATTACHMENTS = 10;
export const MAX_FILE_NAME_LENGTH = 200;
/** Unsent pictures and files of messages are kept so long, in ms. */
export const UNSENT_KEPT_MS = 24 * 60 * 60_000;
