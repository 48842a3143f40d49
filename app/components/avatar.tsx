import { useTranslation } from "react-i18next";
import { avatarUrl } from "#app/domain/images/image.ts";
import { classes } from "./classes.ts";
import { initialsOf } from "./initials.ts";

export type AvatarSize = "xs" | "sm" | "md" | "lg";

const SIZES: Record<AvatarSize, { pixels: number; shape: string }> = {
  xs: { pixels: 24, shape: "size-6 text-[0.625rem]" },
  sm: { pixels: 32, shape: "size-8 text-xs" },
  md: { pixels: 44, shape: "size-11 text-sm" },
  lg: { pixels: 64, shape: "size-16 text-xl" },
};

interface AvatarProps {
  name: string;
  /** 0 to 7. */
  hue: number;
  /** The picture as its address names it; null or absent: initials. */
  avatar?: string | null | undefined;
  size?: AvatarSize;
  /** Shown as a ring with a dot, and in words. */
  online?: boolean | undefined;
}

/** Somebody's picture in a ring of their hue; initials until there is one. The name stands beside it, so screen readers hear only whether the person is here. */
export function Avatar({ name, hue, avatar = null, size = "md", online = false }: AvatarProps) {
  const { t } = useTranslation();
  const { pixels, shape } = SIZES[size];
  return (
    <span data-hue={hue % 8} className="relative inline-flex flex-none">
      <span aria-hidden className={classes("ring-hue inline-flex select-none items-center justify-center rounded-full bg-hue-soft font-semibold leading-none text-hue", shape)}>
        {avatar ? <img src={avatarUrl(avatar)} alt="" width={pixels} height={pixels} loading="lazy" decoding="async" draggable={false} className="size-full rounded-full object-cover" /> : initialsOf(name)}
      </span>
      {online && (
        <span className="absolute -bottom-0.5 -end-0.5 size-3.5 rounded-full border-2 border-surface bg-good">
          <span className="sr-only">{t("common.online")}</span>
        </span>
      )}
    </span>
  );
}
