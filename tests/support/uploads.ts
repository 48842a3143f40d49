/** What tests of pictures and files share. */
import { fileStorage } from "#app/domain/images/file-storage.server.ts";
import type { Storage } from "#app/domain/images/storage.server.ts";

/** A store in which nothing lies, for jobs that have nothing to do with it. */
export const emptyStorage = (): Storage => fileStorage("/nonexistent/roost-uploads");
