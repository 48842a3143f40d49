import { createContext, useContext } from "react";

/** The page's Content-Security-Policy nonce: made by entry.server, empty in the browser (which hides it anyway). */
export const NonceContext = createContext<string | undefined>(undefined);

export const useNonce = () => useContext(NonceContext);
