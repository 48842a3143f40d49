import { useTranslation } from "react-i18next";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { useFormat } from "#app/i18n/use-format.ts";
import { usePresentMembers } from "#app/realtime/use-present-members.ts";
import { fewNames } from "./few-names.ts";

interface HereNowProps {
  /** The room's presence channel; null: nobody is shown as being here. */
  channel: string | null;
  viewerId: string;
  /** As the room knows them now; somebody who is no member any more is not shown. Null: a room too large for a list. */
  members: readonly { id: string; name: string }[] | null;
}

/** Begins a line with who has the room open now. Nothing where that is not known. No live region: people come and go all the time. */
export function HereNow({ channel, viewerId, members }: HereNowProps) {
  const { t } = useTranslation();
  const { list } = useFormat();
  const present = usePresentMembers(channel);
  if (present === null || members === null) return null;
  const here = new Set(present.map(({ id }) => id));
  const names = members.filter(({ id }) => id !== viewerId && here.has(id)).map(({ name }) => name);
  const { named, rest } = fewNames(names, t);
  return (
    <span>
      {names.length === 0 ? t("chats.here.alone") : isolatedNames(named, (places) => t("chats.here.with", { names: list([...places, ...rest]) }))}
      {" · "}
    </span>
  );
}
