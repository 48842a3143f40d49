import { useFetcher } from "@remix-run/react";
import { Trash2 } from "lucide-react";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import type { TimerTemplate } from "#app/domain/timers/templates.server.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { TemplateForm } from "./template-form.tsx";

interface TemplateRowProps {
  template: TimerTemplate;
  posted: FormFailure | undefined;
}

/** One template; opened it can be changed, or taken off the list. */
export function TemplateRow({ template, posted }: TemplateRowProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const archive = useFetcher();
  const element = useRef<HTMLDetailsElement>(null);
  const close = useCallback(() => {
    if (!element.current?.open) return;
    element.current.open = false;
    element.current.querySelector("summary")?.focus();
  }, []);
  return (
    <li data-hue={template.hue}>
      <details ref={element} className="family-row" open={posted?.values["templateId"] === template.id}>
        <summary className="flex min-h-14 items-center gap-3 px-4 py-2.5 transition-colors hover:bg-sunken">
          <span className="grid size-10 flex-none place-items-center rounded-full bg-hue-soft text-hue">
            <FamilyIcon name={template.icon} />
          </span>
          <span className="min-w-0 flex-1">
            <NameLine className="font-medium">{template.name}</NameLine>
            <span className="block text-sm text-ink-soft">{[format.duration(template.durationMs), ...(template.stars > 0 ? [t("timers.stars", { count: template.stars })] : [])].join(" · ")}</span>
          </span>
          <span className="text-sm font-medium text-accent-ink">{t("timers.changeTemplate")}</span>
        </summary>
        <div className="flex flex-col gap-4 border-t border-line bg-paper p-4">
          <TemplateForm key={JSON.stringify(template)} template={template} posted={posted} onDone={close} />
          <archive.Form method="post" action="/family/templates" preventScrollReset className="border-t border-line pt-4">
            <input type="hidden" name="templateId" value={template.id} />
            <Button type="submit" variant="secondary" size="sm" name="intent" value="template-archive" busy={archive.state !== "idle"} icon={<Trash2 aria-hidden size={18} />}>
              {t("timers.removeTemplate")}
            </Button>
            <p className="mt-2 text-sm text-ink-soft">{t("timers.removeTemplateHint")}</p>
          </archive.Form>
        </div>
      </details>
    </li>
  );
}
