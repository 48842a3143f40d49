/** Says in a request that a wall tablet's page asks, whoever may be signed in beside it in the same browser. */
export const TABLET_HEADER = "Roost-Tablet";
