import { isRouteErrorResponse, useRouteError } from "@remix-run/react";
import { useSyncExternalStore } from "react";
import { ErrorPage, errorKindOf } from "./error-page.tsx";

/** What a route's error boundary shows: what happened and what to do, the code small beside it. */
export function RouteError() {
  const error = useRouteError();
  const online = useOnline();
  const answered = isRouteErrorResponse(error) ? error : null;
  const refusal = refusalIn(answered?.data);
  return <ErrorPage kind={errorKindOf(answered?.status ?? null, online)} code={[answered?.status ?? (online ? 500 : undefined), refusal?.code].filter(Boolean).join(" ") || "offline"} text={refusal?.message} />;
}

/** What page() throws to the boundary: a code and a translated sentence. */
function refusalIn(data: unknown): { code: string; message: string } | undefined {
  if (typeof data !== "object" || data === null || !("code" in data) || !("message" in data)) return undefined;
  return { code: String(data.code), message: String(data.message) };
}

/** True on the server and while hydrating, so that both render the same. */
const useOnline = () => useSyncExternalStore(onConnectivity, () => navigator.onLine, () => true);

function onConnectivity(changed: () => void): () => void {
  window.addEventListener("online", changed);
  window.addEventListener("offline", changed);
  return () => {
    window.removeEventListener("online", changed);
    window.removeEventListener("offline", changed);
  };
}
