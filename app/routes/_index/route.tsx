import { useLoaderData } from "@remix-run/react";
import { peopleFor } from "#app/domain/accounts/queries.server.ts";
import { conversationChannelsOf, conversationsOf } from "#app/domain/conversations/queries.server.ts";
import { familyOf, openDashboard } from "#app/domain/families/queries.server.ts";
import { statusesFor } from "#app/domain/presence/queries.server.ts";
import { positionFor } from "#app/domain/sync/queries.server.ts";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { page } from "#app/http/page.server.ts";
import { Home } from "./home.tsx";
import { Landing } from "./landing.tsx";

export const handle: RouteHandle = { title: (t, data) => (data && typeof data === "object" && "signedIn" in data && data.signedIn ? t("home.title") : undefined) };

/** The house from outside, or the household at a glance. */
export const loader = page({ access: "public" }, async ({ ctx, viewer, state }) => {
  if (!viewer) return { signedIn: false as const, signups: state.services.settings.signups };
  // Position first, then the data: whatever commits in between comes again as an event and changes nothing.
  const position = await positionFor(ctx, viewer, await conversationChannelsOf(ctx, viewer));
  const [conversations, people] = await Promise.all([conversationsOf(ctx, viewer), peopleFor(ctx, viewer)]);
  const statuses = await statusesFor(ctx, viewer, conversations.flatMap((conversation) => (conversation.kind === "direct" ? [conversation.other.id] : [])));
  const family = (await familyOf(ctx, viewer)) && (await openDashboard(ctx, viewer));
  return { signedIn: true as const, position, conversations, people, statuses, family, viewer: { id: viewer.userId, name: viewer.name }, now: ctx.now() };
});

export type HomeData = Extract<Awaited<ReturnType<typeof useLoaderData<typeof loader>>>, { signedIn: true }>;

export default function Index() {
  const data = useLoaderData<typeof loader>();
  return data.signedIn ? <Home {...data} /> : <Landing signups={data.signups} />;
}
