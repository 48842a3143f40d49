import { useRevalidator } from "@remix-run/react";
import { ChevronRight } from "lucide-react";
import { useEffect } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { ConversationList } from "#app/components/chat/conversation-list.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { Page } from "#app/components/page.tsx";
import { useDashboard, type LoadedDashboard } from "#app/components/family/use-dashboard.ts";
import { LoadedStatuses } from "#app/components/presence/loaded-statuses.tsx";
import { RequestsHint } from "#app/components/rewards/requests-hint.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import { useLive } from "#app/realtime/live.tsx";
import { reduceChatList } from "#app/realtime/reducers/chat-list.ts";
import { ChoresGlance } from "./chores-glance.tsx";
import type { GlanceProps } from "./glance.tsx";
import { PeopleGrid } from "./people-grid.tsx";
import type { HomeData } from "./route.tsx";
import { StarsGlance } from "./stars-glance.tsx";
import { TimersGlance } from "./timers-glance.tsx";

/** As many as are seen without scrolling; the rest is one press away. */
const RECENT_CHATS = 5;
const MORNING_FROM = 5;
const DAY_FROM = 12;
const EVENING_FROM = 18;

function greeting(hour: number): "morning" | "day" | "evening" {
  if (hour >= EVENING_FROM || hour < MORNING_FROM) return "evening";
  return hour < DAY_FROM ? "morning" : "day";
}

/** The household at a glance. */
export function Home(loaded: HomeData) {
  return loaded.family ? <HomeOfFamily {...loaded} family={loaded.family} /> : <HomePage {...loaded} family={null} />;
}

function HomeOfFamily({ family, ...rest }: HomeData & { family: LoadedDashboard }) {
  const state = useDashboard(family);
  return <HomePage {...rest} family={{ state, role: family.role, now: family.now }} />;
}

function HomePage({ position, conversations, people, statuses, family, viewer, now }: Omit<HomeData, "family"> & { family: GlanceProps | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { revalidate } = useRevalidator();
  const live = useLive({ state: { viewerId: viewer.id, conversations, stale: false }, position }, reduceChatList, { fold: "all" });
  const recent = live.conversations.slice(0, RECENT_CHATS);
  const others = people.filter((person) => !live.conversations.some((conversation) => conversation.kind === "direct" && conversation.other.id === person.id));

  useEffect(() => {
    if (live.stale) revalidate();
  }, [live.stale, revalidate]);

  return (
    <Page title={t(`home.${greeting(format.hour(now))}`, { name: viewer.name })} text={format.date(now)} width="wide">
      <div className="grid grid-cols-[minmax(0,1fr)] items-start gap-6 lg:grid-cols-[minmax(0,3fr)_minmax(0,2fr)]">
        <div className="flex min-w-0 flex-col gap-6">
          {family && <TimersGlance {...family} />}
          <SectionCard
            title={t("home.chats")}
            action={
              recent.length > 0 && (
                <LinkButton to="/chats" variant="ghost" size="sm" className="-me-2">
                  {t("home.allChats")}
                  <ChevronRight aria-hidden size={18} className="along-text" />
                </LinkButton>
              )
            }
          >
            {recent.length > 0 ? (
              <div className="p-2">
                <LoadedStatuses statuses={statuses}>
                  <ConversationList conversations={recent} viewerId={viewer.id} now={now} />
                </LoadedStatuses>
              </div>
            ) : (
              <EmptyState drawing="chats" title={t("home.emptyTitle")} text={t("home.emptyText")} />
            )}
          </SectionCard>
        </div>
        <div className="flex min-w-0 flex-col gap-6">
          {family && <RequestsHint {...family} />}
          {family && <ChoresGlance {...family} />}
          {family && <StarsGlance {...family} />}
          {(others.length > 0 || people.length === 0) && (
            <SectionCard title={t("home.people")}>
              {others.length > 0 ? <PeopleGrid people={others} /> : <EmptyState drawing="people" title={t("home.aloneTitle")} text={t("home.aloneText")} />}
            </SectionCard>
          )}
        </div>
      </div>
    </Page>
  );
}
