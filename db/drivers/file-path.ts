import { fileURLToPath } from "node:url";

/** The path behind `file:roost.db`, `file:./data/roost.db`, `file:/var/roost.db` or `file:///var/roost.db`. */
export const filePath = (url: string): string => (url.startsWith("file://") ? fileURLToPath(url) : url.slice("file:".length));
