/** Whether a libSQL server refuses our token: by the error, or where that does not say (WebSocket), by asking over http. */

const ASK_WITHIN_MS = 2_000;

/** @param error what a query or opening the database threw */
export async function tokenRefused(error: unknown, { url, authToken }: { url: string; authToken?: string | undefined }): Promise<boolean> {
  for (let each = error; each instanceof Error; each = each.cause) if ("status" in each && (each.status === 401 || each.status === 403)) return true;
  if (!/^wss?:/.test(url)) return false;
  const asked = new URL("/v2/pipeline", url.replace(/^ws/, "http"));
  const headers = { "content-type": "application/json", ...(authToken === undefined ? {} : { authorization: `Bearer ${authToken}` }) };
  try {
    const answer = await fetch(asked, { method: "POST", headers, body: JSON.stringify({ requests: [{ type: "close" }] }), redirect: "manual", signal: AbortSignal.timeout(ASK_WITHIN_MS) });
    await answer.body?.cancel();
    return answer.status === 401 || answer.status === 403;
  } catch (failure) {
    // The network's TypeError, or the deadline: then it is no refusal.
    if (failure instanceof Error) return false;
    throw failure;
  }
}
