import { NOBODY, USER_HEADER } from "#app/config/user-header.ts";
import type { RequestState } from "./request-state.server.ts";

/** Whose page this is. Says nothing where the session could not be read: whoever asked for it was told why. */
export const ownerHeader = (state: RequestState): Promise<Record<string, string>> =>
  state.signedIn().then(
    (found) => ({ [USER_HEADER]: found?.viewer.userId ?? NOBODY }),
    () => ({}),
  );
