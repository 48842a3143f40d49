import { FamilyIcon } from "#app/components/family/family-icon.tsx";
import { classes } from "#app/components/classes.ts";
import { Picture } from "#app/components/uploads/picture.tsx";
import type { ImageData } from "#app/domain/images/image.ts";
import type { CategoryData } from "#app/domain/rewards/reward.ts";

interface RewardPictureProps {
  image: ImageData | null;
  /** Whose drawing and hue stand where there is no picture; null: of no shelf. */
  category: Pick<CategoryData, "icon" | "hue"> | null;
  className?: string;
  /** How wide it stands on the page, as the `sizes` of an img. */
  sizes?: string;
}

/** Two to a line on a phone, cards of at least 13rem elsewhere. */
const ON_A_SHELF = "(min-width: 48rem) 18rem, 50vw";

/** A reward's picture, always four to three; until there is one, a drawing on its shelf's hue. Says nothing that its name does not. */
export function RewardPicture({ image, category, className, sizes = ON_A_SHELF }: RewardPictureProps) {
  if (image) return <Picture image={image} alt="" sizes={sizes} className={classes("reward-picture object-cover", className)} />;
  return (
    <span data-hue={category?.hue ?? 1} className={classes("reward-picture bg-hue-soft text-hue", className)}>
      <svg aria-hidden viewBox="0 0 160 120" preserveAspectRatio="xMidYMid slice" className="absolute inset-0 size-full" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round">
        <g opacity="0.3">
          <path d="M-8 96c22-14 40-14 60 0s40 14 60 0 40-14 60 0" />
          <path d="M-8 108c22-14 40-14 60 0s40 14 60 0 40-14 60 0" />
          <path d="m28 22 2.4 5 5.6.8-4 4 1 5.5-5-2.6-5 2.6 1-5.5-4-4 5.6-.8zM132 34l2.4 5 5.6.8-4 4 1 5.5-5-2.6-5 2.6 1-5.5-4-4 5.6-.8z" />
          <path d="M56 14h.1M104 18h.1M18 62h.1M144 70h.1M120 12h.1M44 44h.1" strokeWidth="4" />
        </g>
      </svg>
      <span className="reward-picture-icon">
        <FamilyIcon name={category?.icon ?? "star"} size={32} />
      </span>
    </span>
  );
}
