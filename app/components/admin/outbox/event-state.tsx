import { Ban, CircleCheck, CircleX, Clock, RotateCw, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Badge, type Tone } from "#app/components/badge.tsx";
import type { EventState } from "#app/domain/outbox/outbox.ts";

const LOOK: Record<EventState, { tone: Tone; icon: LucideIcon }> = {
  pending: { tone: "neutral", icon: Clock },
  retrying: { tone: "waiting", icon: RotateCw },
  delivered: { tone: "good", icon: CircleCheck },
  dead: { tone: "bad", icon: CircleX },
  dropped: { tone: "neutral", icon: Ban },
};

/** Where an event stands, in a word. */
export function EventStateBadge({ event: { state, attempts } }: { event: { state: Exclude<EventState, "retrying">; attempts: number } }) {
  const { t } = useTranslation();
  const shown: EventState = state === "pending" && attempts > 0 ? "retrying" : state;
  const { tone, icon: Icon } = LOOK[shown];
  return (
    <Badge tone={tone} icon={<Icon aria-hidden size={14} />}>
      {t(`adminOutbox.states.${shown}`)}
    </Badge>
  );
}
