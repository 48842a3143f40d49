import { useTranslation } from "react-i18next";
import type { Masked } from "#app/domain/outbox/mask.ts";

/** What an event carries, without a word of what people wrote. */
export function MaskedPayload({ value }: { value: Masked }) {
  const { t } = useTranslation();
  switch (value.kind) {
    case "plain":
      return <code className="break-all">{value.text}</code>;
    case "hidden":
      return <span className="text-ink-faint">{t("adminOutbox.event.hidden", { count: value.characters })}</span>;
    case "list":
      return (
        <ol className="flex flex-col gap-1 border-s border-line ps-3">
          {value.items.map((item, index) => (
            <li key={index}>
              <MaskedPayload value={item} />
            </li>
          ))}
          {(value.more > 0 || value.items.length === 0) && <li className="text-ink-faint">{t("adminOutbox.event.more", { count: value.more })}</li>}
        </ol>
      );
    case "object":
      return (
        <dl className="flex flex-col gap-1">
          {value.entries.map(([key, inside], index) => (
            <div key={index} className={inside.kind === "object" || inside.kind === "list" ? "flex flex-col gap-1" : "flex flex-wrap gap-x-2"}>
              <dt className="text-ink-soft">
                <code>{key}</code>
              </dt>
              <dd className={inside.kind === "object" ? "border-s border-line ps-3" : "min-w-0"}>
                <MaskedPayload value={inside} />
              </dd>
            </div>
          ))}
        </dl>
      );
  }
}
