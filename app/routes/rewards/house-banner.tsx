import { Picture } from "#app/components/uploads/picture.tsx";
import type { CompanyData } from "#app/domain/rewards/reward.ts";

interface HouseBannerProps {
  company: CompanyData;
  familyName: string;
}

/** The household as it introduces itself: its name, its motto, its picture. */
export function HouseBanner({ company: { name, motto, hue, image }, familyName }: HouseBannerProps) {
  return (
    <div data-hue={hue} className="relative flex min-h-36 items-center gap-4 overflow-hidden rounded-card border border-line bg-hue-soft p-5">
      {image ? (
        <Picture image={image} alt="" sizes="7rem" eager className="size-24 flex-none rounded-card object-cover md:size-28" />
      ) : (
        <svg aria-hidden viewBox="0 0 120 120" className="size-24 flex-none text-hue md:size-28" fill="none" stroke="currentColor" strokeWidth="1.5" strokeLinecap="round" strokeLinejoin="round">
          <path d="M18 46 26 22h68l8 24z" className="fill-surface" />
          <path d="M18 46a10.5 10.5 0 0 0 21 0 10.5 10.5 0 0 0 21 0 10.5 10.5 0 0 0 21 0 10.5 10.5 0 0 0 21 0M39 46l4-24M60 46V22M81 46l-4-24" />
          <path d="M26 58v42h68V58" className="fill-surface" />
          <path d="M36 100V74h18v26M64 70h20v16H64zM20 100h80" />
          <path d="m74 73 1.6 3.2 3.6.5-2.6 2.5.6 3.6-3.2-1.7-3.2 1.7.6-3.6-2.6-2.5 3.6-.5z" />
        </svg>
      )}
      <div className="min-w-0">
        <p className="text-lg leading-tight font-semibold">
          <bdi>{name ?? familyName}</bdi>
        </p>
        {motto !== null && (
          <p className="mt-1 text-ink-soft">
            <bdi>{motto}</bdi>
          </p>
        )}
      </div>
    </div>
  );
}
