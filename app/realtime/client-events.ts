/** Events that browsers send each other over Channels, past the app. Nothing in them is trusted but the name. */

export const CLIENT_TYPING_START = "client-typing-start";
export const CLIENT_TYPING_STOP = "client-typing-stop";

/** All that are taken; other names are not even looked at. */
export const CLIENT_EVENTS: readonly string[] = [CLIENT_TYPING_START, CLIENT_TYPING_STOP];

/** Any participant may have sent it: it is never a durable event, whatever stamp it carries. */
export const isClientEvent = (event: string): boolean => event.startsWith("client-");
