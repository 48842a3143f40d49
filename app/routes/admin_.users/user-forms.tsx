import { KeyRound } from "lucide-react";
import { useCallback, useRef } from "react";
import { useTranslation } from "react-i18next";
import { Button, buttonClass } from "#app/components/button.tsx";
import { CopyField } from "#app/components/family/copy-field.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { useDone } from "#app/components/family/use-done.ts";
import { FormError } from "#app/components/form-error.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { useToast } from "#app/components/toast.tsx";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";
import type { Users } from "./load-users.server.ts";

interface UserFormProps {
  userId: string;
  name: string;
  address: string;
  posted: FormFailure | undefined;
}

const OFF_LOOK = buttonClass("ghost", "sm", "text-bad hover:bg-bad-soft");

type Intent = "user-disable" | "user-enable" | "user-reset-link";

/** @param after a stable function, called when it was done */
function useUserForm({ userId, posted }: UserFormProps, intent: Intent, after?: () => void) {
  const { t } = useTranslation();
  const toast = useToast();
  const form = useFamilyForm(posted, ({ intent: asked, values }) => asked === intent && values["userId"] === userId);
  const done = useCallback(() => {
    toast(t(`adminUsers.done.${intent}`), "good");
    after?.();
  }, [toast, t, intent, after]);
  useDone(form, done);
  return form;
}

/** A one-time link for a forgotten password: made here, shown once, handed over by the admin. */
export function ResetLink({ link, openUntil, ...form }: UserFormProps & { link: Users["link"]; openUntil: number | null }) {
  const { t } = useTranslation();
  const format = useFormat();
  const { fetcher, failure, busy } = useUserForm(form, "user-reset-link");
  return (
    <div className="flex flex-col items-start gap-3">
      {failure && <FormError failure={failure} />}
      {link && (
        <div className="w-full max-w-readable">
          <CopyField label={t("adminUsers.link")} name="link" hint={isolatedNames([form.name], ([name]) => t("adminUsers.linkHint", { name, when: format.dateTime(link.expiresAt) }))} value={link.url} />
        </div>
      )}
      {!link && openUntil !== null && <p className="text-sm text-ink-soft">{t("adminUsers.linkOpen", { when: format.dateTime(openUntil) })}</p>}
      <fetcher.Form method="post" action={form.address} preventScrollReset className="flex flex-col items-start gap-2">
        <input type="hidden" name="userId" value={form.userId} />
        <Button type="submit" variant="secondary" size="sm" name="intent" value="user-reset-link" busy={busy !== null} icon={<KeyRound aria-hidden size={18} />}>
          {openUntil === null ? t("adminUsers.makeLink") : t("adminUsers.makeNewLink")}
        </Button>
        <p className="text-sm text-ink-soft">{t("adminUsers.makeLinkHint")}</p>
      </fetcher.Form>
    </div>
  );
}

/** Off behind a question, since it throws somebody out at once; on without one. */
export function Switch({ isOff, ...form }: UserFormProps & { isOff: boolean }) {
  const { t } = useTranslation();
  const box = useRef<HTMLDivElement>(null);
  // The button that was pressed is gone with it.
  const stay = useCallback(() => box.current?.focus(), []);
  const off = useUserForm(form, "user-disable", stay);
  const on = useUserForm(form, "user-enable", stay);
  const failure = off.failure ?? on.failure;
  return (
    <div ref={box} tabIndex={-1} className="border-t border-line pt-4">
      {failure && <FormError failure={failure} />}
      {isOff ? (
        <on.fetcher.Form method="post" action={form.address} preventScrollReset className="flex flex-col items-start gap-2">
          <input type="hidden" name="userId" value={form.userId} />
          <Button type="submit" variant="secondary" size="sm" name="intent" value="user-enable" busy={on.busy !== null}>
            {t("adminUsers.enable")}
          </Button>
          <p className="text-sm text-ink-soft">{t("adminUsers.enableHint")}</p>
        </on.fetcher.Form>
      ) : (
        <details className="confirmed">
          <summary className={OFF_LOOK}>{t("adminUsers.disable")}</summary>
          <off.fetcher.Form method="post" action={form.address} preventScrollReset className="confirmed-question">
            <input type="hidden" name="userId" value={form.userId} />
            <p className="min-w-0 flex-1 basis-60 text-sm">{t("adminUsers.disableHint")}</p>
            <Button type="submit" variant="danger" size="sm" name="intent" value="user-disable" busy={off.busy !== null}>
              {t("adminUsers.disableYes")}
            </Button>
          </off.fetcher.Form>
        </details>
      )}
    </div>
  );
}
