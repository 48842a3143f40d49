import { Form, Link, useLoaderData, useNavigation } from "@remix-run/react";
import { Search as SearchIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Button, LinkButton } from "#app/components/button.tsx";
import { RoomAvatar } from "#app/components/chat/room-avatar.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { SelectField, TextField } from "#app/components/field.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { Page } from "#app/components/page.tsx";
import type { RouteHandle } from "#app/components/route-handle.ts";
import { nameOf } from "#app/domain/conversations/conversation.ts";
import { searchChoices, searchMessages } from "#app/domain/search/queries.server.ts";
import { MAX_QUERY_LENGTH, searchSchema, type SearchWanted } from "#app/domain/search/schema.ts";
import type { FoundMessage, SearchChoice } from "#app/domain/search/search.ts";
import { page } from "#app/http/page.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";

/** Messages by their words: a plain form that asks with GET, so that a search has an address. */
export const loader = page({ access: "member" }, async ({ ctx, viewer, url, locale }) => {
  const wanted = searchSchema.parse(Object.fromEntries(url.searchParams));
  const [results, choices] = await Promise.all([searchMessages(ctx, viewer, wanted, locale.timeZone), searchChoices(ctx, viewer)]);
  return { wanted, ...results, ...choices, now: ctx.now() };
});

export const handle: RouteHandle = { title: (t) => t("search.title") };

export default function Search() {
  const { t } = useTranslation();
  const { wanted, found, next, conversations, people, now } = useLoaderData<typeof loader>();
  const isAsked = wanted.q.trim() !== "";
  return (
    <Page title={t("search.title")}>
      <SearchForm wanted={wanted} conversations={conversations} people={people} />
      {found.length > 0 && (
        <ol className="flex flex-col gap-1" aria-label={t("search.results")} data-search-results>
          {found.map((message) => (
            <Result key={message.id} message={message} now={now} />
          ))}
        </ol>
      )}
      <p role="status" className="sr-only">
        {isAsked && t("search.count", { count: found.length })}
      </p>
      {found.length === 0 && <EmptyState drawing="chats" title={t(isAsked ? "search.nothing" : "search.start")} text={t(isAsked ? (next === null ? "search.nothingText" : "search.nothingYet") : "search.startText")} />}
      <nav aria-label={t("search.pages")} className="flex flex-wrap justify-center gap-2">
        {wanted.before !== "" && (
          <LinkButton to={addressOf({ ...wanted, before: "" })} variant="ghost">
            {t("search.newest")}
          </LinkButton>
        )}
        {next !== null && (
          <LinkButton to={addressOf({ ...wanted, before: next })} variant="secondary">
            {t("search.older")}
          </LinkButton>
        )}
      </nav>
    </Page>
  );
}

const addressOf = (wanted: SearchWanted) => `/search?${new URLSearchParams(Object.entries(wanted).filter(([, value]) => value !== ""))}`;

interface SearchFormProps {
  wanted: SearchWanted;
  conversations: readonly SearchChoice[];
  people: readonly SearchChoice[];
}

function SearchForm({ wanted, conversations, people }: SearchFormProps) {
  const { t } = useTranslation();
  const navigation = useNavigation();
  const isNarrowed = [wanted.from, wanted.in, wanted.since, wanted.until].some((value) => value !== "");
  const choices = (any: string, items: readonly SearchChoice[]) => [{ value: "", label: any }, ...items.map(({ id, name }) => ({ value: id, label: name }))];
  return (
    // A new search is a new form: what stands in its fields is what was asked for.
    <Form key={addressOf(wanted)} role="search" method="get" action="/search" className="flex flex-col gap-3">
      <div className="flex items-end gap-2">
        <div className="min-w-0 flex-1">
          <TextField type="search" label={t("search.label")} name="q" defaultValue={wanted.q} maxLength={MAX_QUERY_LENGTH} autoComplete="off" />
        </div>
        <Button type="submit" busy={navigation.location?.pathname === "/search"} aria-label={t("search.go")} icon={<SearchIcon aria-hidden size={18} />} />
      </div>
      <details open={isNarrowed}>
        <summary className="inline-flex min-h-target cursor-pointer items-center rounded-md px-2 text-sm font-medium text-accent-ink">{t("search.narrow")}</summary>
        <div className="grid gap-3 pt-1 sm:grid-cols-2">
          <SelectField label={t("search.from")} name="from" defaultValue={wanted.from} options={choices(t("search.anybody"), people)} />
          <SelectField label={t("search.in")} name="in" defaultValue={wanted.in} options={choices(t("search.anywhere"), conversations)} />
          <TextField type="date" label={t("search.since")} name="since" defaultValue={wanted.since} />
          <TextField type="date" label={t("search.until")} name="until" defaultValue={wanted.until} />
        </div>
      </details>
    </Form>
  );
}

function Result({ message: { id, conversation, senderName, createdAt, excerpt }, now }: { message: FoundMessage; now: number }) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <li>
      <Link to={`/chats/${conversation.id}?at=${id}`} className="conversation-row items-start">
        {conversation.kind === "room" ? <RoomAvatar name={conversation.name} closed={conversation.access === "closed"} /> : <Avatar name={conversation.other.name} hue={conversation.other.hue} avatar={conversation.other.avatar} />}
        <span className="min-w-0 flex-1">
          <span className="flex items-baseline justify-between gap-2">
            <NameLine className="font-semibold">{nameOf(conversation)}</NameLine>
            <time dateTime={new Date(createdAt).toISOString()} className="shrink-0 text-xs text-ink-soft tabular-nums">
              {format.moment(createdAt, now)}
            </time>
          </span>
          <span dir="auto" className="block text-sm text-ink-soft wrap-anywhere">
            <span className="font-medium text-ink">{isolatedNames([senderName], ([name]) => t("chats.authorPrefix", { name }))}</span>{" "}
            {excerpt.map(({ text, isMarked }, index) => (isMarked ? <mark key={index}>{text}</mark> : text))}
          </span>
        </span>
      </Link>
    </li>
  );
}
