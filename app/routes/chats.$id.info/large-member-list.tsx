import { useFetcher } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { MemberList, type MemberListProps } from "./member-list.tsx";
import { PeopleSearch } from "./people-search.tsx";
import type { loader } from "./route.tsx";

interface LargeMemberListProps extends Omit<MemberListProps, "members"> {
  loaded: Awaited<ReturnType<typeof loader>>;
}

const FORM = "find-member";

/** The members of a room that is too large to be shown as a whole: a page of them by name, and a search. */
export function LargeMemberList({ loaded: first, ...list }: LargeMemberListProps) {
  const { t } = useTranslation();
  const fetcher = useFetcher<typeof loader>();
  const { searched, members } = fetcher.data ?? first;
  if (!members) return null;
  return (
    <>
      <PeopleSearch id={FORM} fetcher={fetcher} action={`/chats/${list.conversationId}/info`} name="who" label={t("rooms.findMember")} value={first.searched.who} answered={searched.who} />
      {members.people.length > 0 ? <MemberList members={members.people} {...list} /> : <p className="text-sm text-ink-soft">{t("rooms.nobodyFound")}</p>}
      <p role="status" className="sr-only">
        {searched.who !== "" && t("rooms.found", { count: members.people.length })}
      </p>
      {(members.hasMore || searched.after !== null) && (
        <div className="mt-2 flex flex-wrap gap-2">
          {members.hasMore && (
            <Button type="submit" form={FORM} name="after" value={members.people.at(-1)!.id} variant="secondary" size="sm">
              {t("rooms.moreMembers")}
            </Button>
          )}
          {searched.after !== null && (
            <Button type="submit" form={FORM} variant="ghost" size="sm">
              {t("rooms.firstMembers")}
            </Button>
          )}
        </div>
      )}
    </>
  );
}
