import { Form } from "@remix-run/react";
import { useEffect, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Banner } from "#app/components/banner.tsx";
import { Button, LinkButton } from "#app/components/button.tsx";
import { writeFilter, type EventFilter } from "#app/domain/outbox/filter.ts";
import type { Preview } from "#app/domain/outbox/queries.server.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { addressOf } from "#app/components/admin/outbox/address.ts";

/** How many events it would be, before it is done to exactly these. */
export function PreviewCard({ preview: { verb, count, hasMore, upTo }, filter, busy }: { preview: Preview; filter: EventFilter; busy: boolean }) {
  const { t } = useTranslation();
  const format = useFormat();
  const box = useRef<HTMLFormElement>(null);
  // The question is what was asked for: it is read out, wherever the link stood.
  useEffect(() => box.current?.focus(), [verb, upTo]);
  const back = (
    <LinkButton to={addressOf(filter)} variant="ghost">
      {t("adminOutbox.preview.cancel")}
    </LinkButton>
  );
  if (count === 0)
    return (
      <Banner title={t("adminOutbox.preview.nothing")} action={back}>
        {t(`adminOutbox.preview.nothingText.${verb}`)}
      </Banner>
    );
  return (
    <Form ref={box} method="post" action={addressOf(filter)} aria-labelledby="preview" tabIndex={-1}>
      <Banner
        tone={verb === "drop" ? "bad" : "accent"}
        title={<span id="preview">{t(`adminOutbox.preview.question.${verb}`, { count, formatted: format.number(count) })}</span>}
        action={
          <div className="flex flex-wrap gap-2">
            {back}
            <input type="hidden" name="filter" value={writeFilter(filter)} />
            <input type="hidden" name="upTo" value={upTo} />
            <Button type="submit" name="intent" value={verb} variant={verb === "drop" ? "danger" : "primary"} busy={busy}>
              {t(`adminOutbox.preview.confirm.${verb}`, { count, formatted: format.number(count) })}
            </Button>
          </div>
        }
      >
        <p>{t(`adminOutbox.preview.text.${verb}`)}</p>
        {hasMore && <p>{t("adminOutbox.preview.hasMore", { formatted: format.number(count) })}</p>}
      </Banner>
    </Form>
  );
}
