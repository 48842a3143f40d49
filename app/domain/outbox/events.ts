/** Events of the outbox's page in the console. Shared with the browser: no server import here. */
import { ephemeral } from "#db/outbox/event.ts";

/** On the admins' channel: figures and lists of the outbox are out of date. */
export const outboxChanged = ephemeral<{ at: number }>()("outbox:changed");
