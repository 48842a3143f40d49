import { Check, Pause, Play, Plus, Star, X } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "#app/components/button.tsx";
import { FormError } from "#app/components/form-error.tsx";
import { mayInFamily, type FamilyAction, type MemberRole } from "#app/domain/families/policy.ts";
import { actionsIn, type TimerAction, type TimerData } from "#app/domain/timers/machine.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import { useFamilyForm, type RefusedForm } from "./family-form.ts";

interface TimerActionsProps {
  timer: TimerData;
  viewer: { id: string; role: MemberRole };
  failure: RefusedForm | undefined;
  framed?: boolean;
}

/** What is added by one press, in minutes. */
const EXTENSIONS = [1, 5, 15] as const;
const CANCEL_LOOK = buttonClass("ghost", "sm", "px-2 text-ink-soft");

/** Only what the machine allows now, and the role. */
export function offered(timer: TimerData, { id, role }: TimerActionsProps["viewer"]): ReadonlySet<TimerAction> {
  const isOwn = (timer.memberId ?? timer.startedBy) === id;
  return new Set(actionsIn(timer.state).filter((action) => action !== "expire" && mayInFamily(role, `timer-${action}` as FamilyAction, isOwn)));
}

export function TimerActions({ timer, viewer, failure: posted, framed = false }: TimerActionsProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent?.startsWith("timer-") === true && values["timerId"] === timer.id);
  const actions = offered(timer, viewer);
  const halt = actions.has("pause") ? "pause" : actions.has("resume") ? "resume" : null;
  const awards = timer.memberId !== null && timer.stars > 0;
  const posting = { method: "post", action: page, preventScrollReset: true, ...(framed && { target: "_top" }) } as const;
  const seen = (
    <>
      <input type="hidden" name="timerId" value={timer.id} />
      <input type="hidden" name="version" value={timer.version} />
    </>
  );
  return (
    <>
      {failure && <FormError failure={failure} />}
      {timer.state === "expired" && !actions.has("confirm") && <p className="text-sm text-ink-soft">{t("timers.waitsForParent")}</p>}
      {actions.size > 1 && (
        <div className="flex flex-wrap items-center gap-2">
          {actions.has("confirm") && (
            <fetcher.Form {...posting}>
              {seen}
              <Button type="submit" name="intent" value="timer-confirm" busy={busy === "timer-confirm"} icon={awards ? <Star aria-hidden size={18} /> : <Check aria-hidden size={18} />}>
                {awards ? t("timers.confirmStars", { count: timer.stars }) : t("timers.confirm")}
              </Button>
            </fetcher.Form>
          )}
          {halt && (
            <fetcher.Form {...posting}>
              {seen}
              <Button type="submit" variant="secondary" size="sm" name="intent" value={`timer-${halt}`} busy={busy === `timer-${halt}`} icon={halt === "pause" ? <Pause aria-hidden size={18} /> : <Play aria-hidden size={18} className="along-text" />}>
                {t(`timers.${halt}`)}
              </Button>
            </fetcher.Form>
          )}
          {actions.has("extend") && (
            <fetcher.Form {...posting} className="flex gap-1">
              {seen}
              <input type="hidden" name="intent" value="timer-extend" />
              {EXTENSIONS.map((minutes) => (
                <Button key={minutes} type="submit" variant="ghost" size="sm" name="minutes" value={minutes} aria-label={t("timers.extendBy", { count: minutes })} icon={<Plus aria-hidden size={14} />} className="figures gap-0.5 px-2">
                  {format.number(minutes)}
                </Button>
              ))}
              <span aria-hidden className="self-center text-sm text-ink-soft">
                {t("timers.minutesShort")}
              </span>
            </fetcher.Form>
          )}
          {actions.has("cancel") && (
            <details className="timer-cancel ms-auto">
              <summary aria-label={t("timers.cancelName", { name: timer.name })} title={t("timers.cancel")} className={CANCEL_LOOK}>
                <X aria-hidden size={18} />
              </summary>
              <fetcher.Form {...posting} className="timer-question">
                {seen}
                <p className="text-sm">{t("timers.cancelQuestion")}</p>
                <Button type="submit" variant="danger" size="sm" name="intent" value="timer-cancel" busy={busy === "timer-cancel"}>
                  {t("timers.cancelYes")}
                </Button>
              </fetcher.Form>
            </details>
          )}
        </div>
      )}
    </>
  );
}
