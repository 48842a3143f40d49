/**
 * What may go on once an answer is out. A serverless platform freezes a function that has answered, unless it was told
 * of work that remains. Vercel puts a way to tell into a well-known place for as long as a request runs (it is what its
 * own package looks up); elsewhere the process lives on and nothing need be said.
 */
const REQUEST_CONTEXT = Symbol.for("@vercel/request-context");

interface RequestContext {
  waitUntil?: (work: Promise<unknown>) => void;
}

/** @param work never rejects */
export function outliveAnswer(work: Promise<void>): void {
  const place = (globalThis as { [REQUEST_CONTEXT]?: { get?: () => RequestContext | undefined } })[REQUEST_CONTEXT];
  place?.get?.()?.waitUntil?.(work);
}
