import { createContext } from "react";

/** Closes what a form stands in, once it is saved. */
export const CloseContext = createContext<() => void>(() => undefined);
