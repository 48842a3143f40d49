import { useTranslation } from "react-i18next";
import { classes } from "./classes.ts";
import { initialsOf } from "./initials.ts";

export type AvatarSize = "xs" | "sm" | "md" | "lg";

const SIZES: Record<AvatarSize, string> = { xs: "size-6 text-[0.625rem]", sm: "size-8 text-xs", md: "size-11 text-sm", lg: "size-16 text-xl" };

interface AvatarProps {
  name: string;
  /** 0 to 7. */
  hue: number;
  size?: AvatarSize;
  /** Shown as a ring with a dot, and in words. */
  online?: boolean | undefined;
}

/** Initials on the member's hue. The name stands beside it, so screen readers hear only whether the person is here. */
export function Avatar({ name, hue, size = "md", online = false }: AvatarProps) {
  const { t } = useTranslation();
  return (
    <span data-hue={hue % 8} className="relative inline-flex flex-none">
      <span aria-hidden className={classes("ring-hue inline-flex select-none items-center justify-center rounded-full bg-hue-soft font-semibold leading-none text-hue", SIZES[size])}>
        {initialsOf(name)}
      </span>
      {online && (
        <span className="absolute -bottom-0.5 -end-0.5 size-3.5 rounded-full border-2 border-surface bg-good">
          <span className="sr-only">{t("common.online")}</span>
        </span>
      )}
    </span>
  );
}
