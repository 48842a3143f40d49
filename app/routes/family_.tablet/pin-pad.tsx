import { ChevronLeft, Delete } from "lucide-react";
import { useEffect, useRef, useSyncExternalStore, type MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Button, LinkButton } from "#app/components/button.tsx";
import { useFamilyForm } from "#app/components/family/family-form.ts";
import { FieldError } from "#app/components/field-error.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { FormFailure } from "#app/http/form-failure.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface PinPadProps {
  member: FamilyMember;
  hasPin: boolean;
  posted: FormFailure | undefined;
  onBack: () => void;
}

const DIGITS = [1, 2, 3, 4, 5, 6, 7, 8, 9] as const;
const LONGEST = 8;
const ERASE = "erase";
const never = () => () => {};
/** The keys are there once a script can press them; until then, and without, the device's own keyboard types. */
const useScripted = () => useSyncExternalStore(never, () => true, () => false);

/** Somebody says who they are. */
export function PinPad({ member, hasPin, posted, onBack }: PinPadProps) {
  const { t } = useTranslation();
  const back = (
    <LinkButton
      to="/family/tablet"
      variant="ghost"
      icon={<ChevronLeft aria-hidden size={22} className="along-text" />}
      onClick={(event) => {
        event.preventDefault();
        onBack();
      }}
    >
      {t("tablet.notMe")}
    </LinkButton>
  );
  return (
    <section aria-labelledby="wall-pin" className="wall-pin">
      <div className="wall-pin-who">
        <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="lg" />
        <h2 id="wall-pin" className="wall-name">
          <bdi>{member.name}</bdi>
        </h2>
        {!hasPin && <p className="wall-text max-w-120 text-ink-soft">{t("tablet.noPin")}</p>}
        {back}
      </div>
      {hasPin && <PinForm member={member} posted={posted} />}
    </section>
  );
}

function PinForm({ member, posted }: Pick<PinPadProps, "member" | "posted">) {
  const { t } = useTranslation();
  const format = useFormat();
  const scripted = useScripted();
  const { fetcher, failure, busy, page } = useFamilyForm(posted, ({ intent, values }) => intent === "enter" && values["memberId"] === member.id);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (!field.current) return;
    field.current.focus();
    // A refused PIN is typed anew, not mended.
    if (failure) field.current.value = "";
  }, [failure]);
  const press = ({ currentTarget: { value: digit } }: MouseEvent<HTMLButtonElement>) => {
    if (!field.current) return;
    const typed = field.current.value;
    field.current.value = digit === ERASE ? typed.slice(0, -1) : (typed + digit).slice(0, LONGEST);
  };
  const problem = failure && (failure.errors["pin"] ?? failure.error.message);
  return (
    <fetcher.Form method="post" action={page} preventScrollReset className="wall-pin-form">
      <input type="hidden" name="intent" value="enter" />
      <input type="hidden" name="memberId" value={member.id} />
      <label htmlFor="pin" className="wall-text">
        {t("tablet.pin")}
      </label>
      {/* Not a password: no browser is to keep it, nor to fill it in for the next one who stands here. */}
      <input ref={field} id="pin" name="pin" type="text" inputMode={scripted ? "none" : "numeric"} autoComplete="off" spellCheck={false} dir="ltr" required minLength={4} maxLength={LONGEST} aria-invalid={problem ? true : undefined} aria-describedby={problem ? "pin-error" : undefined} className="wall-pin-field" />
      <FieldError fieldId="pin" error={problem} />
      {scripted && (
        <div className="wall-keys" dir="ltr">
          {DIGITS.map((digit) => (
            <button key={digit} type="button" value={digit} className="wall-key figures" onClick={press}>
              {format.number(digit)}
            </button>
          ))}
          <button type="button" value={ERASE} className="wall-key" aria-label={t("tablet.erase")} onClick={press}>
            <Delete aria-hidden size={32} />
          </button>
          <button type="button" value={0} className="wall-key figures" onClick={press}>
            {format.number(0)}
          </button>
          <button type="submit" className="wall-key wall-key-done" aria-busy={busy !== null || undefined}>
            {t("tablet.enter")}
          </button>
        </div>
      )}
      {!scripted && <Button type="submit">{t("tablet.enter")}</Button>}
    </fetcher.Form>
  );
}
