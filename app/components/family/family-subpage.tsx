import { ChevronLeft } from "lucide-react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { Page } from "#app/components/page.tsx";

interface FamilySubpageProps {
  title: ReactNode;
  text: ReactNode;
  children: ReactNode;
}

/** A page one goes to from the family's, with the way back to it. */
export function FamilySubpage({ title, text, children }: FamilySubpageProps) {
  const { t } = useTranslation();
  return (
    <Page
      title={title}
      text={text}
      action={
        <LinkButton to="/family" variant="ghost" size="sm" icon={<ChevronLeft aria-hidden size={18} className="along-text" />}>
          {t("family.back")}
        </LinkButton>
      }
    >
      {children}
    </Page>
  );
}
