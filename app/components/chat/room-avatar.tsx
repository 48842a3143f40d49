import { LockKeyhole } from "lucide-react";
import { useTranslation } from "react-i18next";
import { classes } from "#app/components/classes.ts";
import { initialsOf } from "#app/components/initials.ts";

const SIZES = { sm: "size-8 text-xs", md: "size-11 text-sm", lg: "size-16 text-xl" } as const;

interface RoomAvatarProps {
  name: string;
  closed?: boolean;
  size?: keyof typeof SIZES;
}

/** People are round and have a hue; a room is square and has none, so that the two are told apart at a glance. */
export function RoomAvatar({ name, closed = false, size = "md" }: RoomAvatarProps) {
  const { t } = useTranslation();
  return (
    <span className="relative inline-flex flex-none">
      <span aria-hidden className={classes("inline-flex select-none items-center justify-center rounded-card border border-line-strong bg-sunken font-semibold leading-none text-ink-soft", SIZES[size])}>
        {initialsOf(name).slice(0, 1)}
      </span>
      {closed && (
        <span className="absolute -bottom-1 -end-1 grid size-5 place-items-center rounded-full border-2 border-paper bg-sunken text-ink-soft">
          <LockKeyhole aria-hidden size={11} />
          <span className="sr-only">{t("rooms.closed")}</span>
        </span>
      )}
    </span>
  );
}
