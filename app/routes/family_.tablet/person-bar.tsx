import { Form } from "@remix-run/react";
import { DoorOpen, Star } from "lucide-react";
import { useEffect, useRef, type SyntheticEvent } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { Button, LinkButton } from "#app/components/button.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";

interface PersonBarProps {
  member: FamilyMember;
  balance: number;
  /** In their own browser, where there is no visit to end. */
  own: boolean;
  secondsLeft: number | null;
  onLeave: () => void;
}

const LARGE = "min-h-14 px-6 text-lg";

/** Who stands here, and the way to stop being them. */
export function PersonBar({ member, balance, own, secondsLeft, onLeave }: PersonBarProps) {
  const { t } = useTranslation();
  const greeting = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    greeting.current?.focus();
  }, []);
  const leave = (event: SyntheticEvent) => {
    event.preventDefault();
    onLeave();
  };
  return (
    <div className="wall-person">
      <Avatar name={member.name} hue={member.hue} avatar={member.avatar} size="lg" />
      <div className="min-w-0 flex-1">
        <h2 ref={greeting} tabIndex={-1} className="wall-name">
          {t("tablet.hello")} <bdi>{member.name}</bdi>
        </h2>
        <p className="flex items-center gap-1.5 text-ink-soft">
          <Star aria-hidden size={20} className="text-waiting" />
          {t("timers.stars", { count: balance })}
        </p>
      </div>
      {own ? (
        <LinkButton to="/family/tablet" onClick={leave} icon={<DoorOpen aria-hidden size={22} />} className={LARGE}>
          {t("tablet.leave")}
        </LinkButton>
      ) : (
        <Form method="post" action="/family/tablet" onSubmit={leave} className="flex flex-wrap items-center justify-end gap-x-4 gap-y-1">
          <p role="status" className="text-waiting">
            {secondsLeft !== null && t("tablet.returnsIn", { count: secondsLeft })}
          </p>
          <Button type="submit" name="intent" value="leave" icon={<DoorOpen aria-hidden size={22} />} className={LARGE}>
            {t("tablet.leave")}
          </Button>
        </Form>
      )}
    </div>
  );
}
