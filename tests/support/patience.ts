/**
 * How many times longer than on an idle machine a thing may take in `npm test`, which also runs where neighbours take
 * the processor away for seconds. What the product promises in milliseconds is held to the letter where it is measured:
 * in the full size of `npm run faults -- NAME` and in `npm run bench`.
 */
export const PATIENCE = process.env["ROOST_FAULTS"] === "full" ? 1 : 4;

/** @returns the milliseconds after which `npm test` calls a thing missed, for a promise of `ms` */
export const patient = (ms: number): number => ms * PATIENCE;
