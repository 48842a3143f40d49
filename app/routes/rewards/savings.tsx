import { useTranslation } from "react-i18next";
import { Avatar } from "#app/components/avatar.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { isolatedNames } from "#app/components/isolated-names.tsx";
import { List, ListRow } from "#app/components/list.tsx";
import { NameLine } from "#app/components/name-line.tsx";
import { StarCount } from "#app/components/rewards/star-count.tsx";
import { purseOf } from "#app/components/rewards/use-shop.ts";
import type { ShopProps } from "./shop-props.ts";

/** For parents: what each child has, what of it waits, and what they save for. */
export function Savings({ state, catalogue }: ShopProps) {
  const { t } = useTranslation();
  const children = state.members.filter(({ role }) => role === "child");
  return (
    <SectionCard title={t("rewards.savings")}>
      {children.length === 0 ? (
        <p className="p-4 text-ink-soft">{t("rewards.noChildren")}</p>
      ) : (
        <List>
          {children.map(({ id, name, hue, avatar }) => {
            const { free, held, balance } = purseOf(state, id);
            const wish = catalogue.products.find((product) => product.isActive && product.id === state.wishes[id]?.productId);
            const text = isolatedNames(wish ? [wish.name] : [], ([place]) => [...(place !== undefined ? [t("rewards.savesFor", { name: place })] : []), ...(held > 0 ? [t("rewards.held", { count: held, balance })] : [])].join(" · "));
            return <ListRow key={id} leading={<Avatar name={name} hue={hue} avatar={avatar} size="sm" />} title={<NameLine>{name}</NameLine>} {...((wish ?? held > 0) && { text })} trailing={<StarCount count={free} className="text-lg" />} />;
          })}
        </List>
      )}
    </SectionCard>
  );
}
