import { useTranslation } from "react-i18next";
import { Banner } from "#app/components/banner.tsx";
import type { EventVerb } from "#app/domain/outbox/filter.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface DoneBannerProps {
  verb: EventVerb;
  changed: number;
  /** How many it was to be, where it was not all of them. */
  asked: number | undefined;
}

/** What was done, read out where the page comes back to. */
export function DoneBanner({ verb, changed, asked }: DoneBannerProps) {
  const { t } = useTranslation();
  const format = useFormat();
  return (
    <div role="status">
      <Banner tone={changed > 0 ? "good" : "neutral"} title={t(`adminOutbox.done.${verb}`, { count: changed, formatted: format.number(changed) })}>
        {asked !== undefined && asked > changed && t("adminOutbox.done.others", { count: asked - changed, formatted: format.number(asked - changed) })}
      </Banner>
    </div>
  );
}
