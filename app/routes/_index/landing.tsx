import { House, ShieldCheck, Zap, type LucideIcon } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Brand } from "#app/components/brand.tsx";
import { LinkButton } from "#app/components/button.tsx";
import { HouseScene } from "./house-scene.tsx";

const POINTS: readonly { icon: LucideIcon; point: "1" | "2" | "3" }[] = [
  { icon: ShieldCheck, point: "1" },
  { icon: Zap, point: "2" },
  { icon: House, point: "3" },
];

/** What Roost is, for who is not signed in, and the two ways in. */
export function Landing({ signups }: { signups: "open" | "invited" }) {
  const { t } = useTranslation();
  return (
    <div className="mx-auto flex w-full max-w-6xl flex-1 flex-col px-5 sm:px-8">
      <header className="flex h-20 items-center">
        <Brand />
      </header>
      <div className="grid flex-1 content-center items-center gap-x-12 gap-y-10 py-6 lg:grid-cols-[1.1fr_1fr]">
        <div>
          <h1 className="max-w-140 text-2xl">{t("landing.title")}</h1>
          <p className="mt-4 max-w-120 text-lg text-ink-soft">{t("landing.text")}</p>
          <div className="mt-8 flex flex-wrap gap-3">
            <LinkButton to="/login" className="min-w-40 px-6 max-sm:w-full">
              {t("landing.signIn")}
            </LinkButton>
            {signups === "open" && (
              <LinkButton to="/signup" variant="secondary" className="min-w-40 px-6 max-sm:w-full">
                {t("landing.signUp")}
              </LinkButton>
            )}
          </div>
        </div>
        <HouseScene />
      </div>
      <ul className="grid gap-x-10 gap-y-6 border-t border-line py-8 md:grid-cols-3">
        {POINTS.map(({ icon: Icon, point }) => (
          <li key={point} className="flex gap-3">
            <Icon aria-hidden size={22} className="mt-0.5 text-accent-ink" />
            <div>
              <h2 className="font-semibold">{t(`landing.point${point}Title`)}</h2>
              <p className="mt-0.5 text-ink-soft">{t(`landing.point${point}Text`)}</p>
            </div>
          </li>
        ))}
      </ul>
    </div>
  );
}
