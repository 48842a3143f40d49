import type { ShouldRevalidateFunctionArgs } from "@remix-run/react";
import { useActionData, useLoaderData, useRevalidator, useRouteLoaderData } from "@remix-run/react";
import { useCallback, useEffect, useState } from "react";
import { FamilyPageContext } from "#app/components/family/family-form.ts";
import { Freshness } from "#app/components/freshness.tsx";
import { TimerAlarm } from "#app/components/family/timer-alarm.tsx";
import { failureOf } from "#app/components/form-error.tsx";
import { RouteError } from "#app/components/route-error.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { page } from "#app/http/page.server.ts";
import { tabletAction } from "#app/http/tablet-action.server.ts";
import { LiveProvider } from "#app/realtime/live.tsx";
import { loadWall } from "./load-wall.server.ts";
import { TakenDown } from "./taken-down.tsx";
import type { WallLoad } from "./wall-load.ts";
import { Wall } from "./wall.tsx";

/** The wall: a family's dashboard for a tablet that hangs in the kitchen, and for a look at it in one's own browser. */
export const loader = page({ access: "screen" }, loadWall);

export const action = tabletAction;

export const handle: RouteHandle = { title: (t) => t("tablet.title"), layout: "bare" };

/** Refused because it has moved on, or because nobody stands there any more: the wall shows how it is. */
export function shouldRevalidate({ actionStatus, defaultShouldRevalidate }: ShouldRevalidateFunctionArgs) {
  return actionStatus === 409 || actionStatus === 401 || defaultShouldRevalidate;
}

const PAGE = "/family/tablet";

export default function Tablet() {
  const loaded = useLoaderData<typeof loader>();
  const posted = failureOf<FormFailure>(useActionData<typeof action>());
  return (
    <FamilyPageContext.Provider value={PAGE}>
      {loaded.tablet ? <OnTheWall loaded={loaded} tablet={loaded.tablet} posted={posted} /> : <Wall loaded={loaded} posted={posted} onRevoked={null} />}
    </FamilyPageContext.Provider>
  );
}

interface OnTheWallProps {
  loaded: WallLoad;
  tablet: NonNullable<WallLoad["tablet"]>;
  posted: FormFailure | undefined;
}

/** The tablet's own live connection: nobody need be signed in. */
function OnTheWall({ loaded, tablet, posted }: OnTheWallProps) {
  const { revalidate } = useRevalidator();
  const [revoked, setRevoked] = useState(false);
  const onRevoked = useCallback(() => setRevoked(true), []);
  const signedIn = useRouteLoaderData<{ viewer: object | null }>("root")?.viewer;
  if (revoked) return <TakenDown />;
  return (
    <LiveProvider config={{ userId: tablet.id, isTablet: true, channels: tablet.channels, position: loaded.position }} onReset={revalidate} onSignedOut={onRevoked}>
      {/* Whoever is signed in beside it hears of it already. */}
      {!signedIn && <Freshness channel={loaded.channel} />}
      {!signedIn && <TimerAlarm userId={tablet.id} channel={loaded.channel} sound loadedAt={loaded.now} />}
      <Wall loaded={loaded} posted={posted} onRevoked={onRevoked} />
    </LiveProvider>
  );
}

/** Nobody reloads a wall: it tries again by itself. */
const RETRY_MS = 15_000;

export function ErrorBoundary() {
  const { revalidate } = useRevalidator();
  useEffect(() => {
    const retry = setInterval(revalidate, RETRY_MS);
    return () => clearInterval(retry);
  }, [revalidate]);
  return <RouteError />;
}
