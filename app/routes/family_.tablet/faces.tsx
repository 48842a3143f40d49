import { Link } from "@remix-run/react";
import { Star } from "lucide-react";
import type { MouseEvent } from "react";
import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import type { FamilyMember } from "#app/domain/families/family.ts";
import type { StarsData } from "#app/domain/stars/stars.ts";
import { useFormat } from "#app/i18n/use-format.ts";

interface FacesProps {
  members: readonly FamilyMember[];
  /** In one's own browser: one's own face alone, and no PIN. */
  own: boolean;
  stars: StarsData;
  onChoose: (memberId: string) => void;
}

/** Everybody, with their stars: whoever wants to do something presses their own face. Links, so that it works without JavaScript. */
export function Faces({ members, own, stars, onChoose }: FacesProps) {
  const { t } = useTranslation();
  const format = useFormat();
  const choose = (memberId: string) => (event: MouseEvent) => {
    event.preventDefault();
    onChoose(memberId);
  };
  return (
    <nav aria-labelledby="wall-who" className="wall-faces">
      <h2 id="wall-who" className="wall-label">
        {own ? t("tablet.asYourself") : t("tablet.whoIsThere")}
      </h2>
      <ul>
        {members.map(({ id, name, hue, avatar }) => {
          const balance = stars.members[id]?.balance ?? 0;
          return (
            <li key={id}>
              <Link to={`?who=${id}`} data-face={id} className="wall-face" preventScrollReset onClick={choose(id)}>
                <Avatar name={name} hue={hue} avatar={avatar} size="lg" />
                <span className="min-w-0">
                  <span className="wall-face-name">
                    <bdi>{name}</bdi>
                  </span>
                  <span className="wall-text flex items-center gap-1 text-ink-soft">
                    <Star aria-hidden size={22} className="text-waiting" />
                    <span aria-hidden className="figures" data-balance>
                      {format.number(balance)}
                    </span>
                    <span className="sr-only">{t("timers.stars", { count: balance })}</span>
                  </span>
                </span>
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}
