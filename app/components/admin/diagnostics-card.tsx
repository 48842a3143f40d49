import { Download } from "lucide-react";
import { useTranslation } from "react-i18next";
import { Banner } from "#app/components/banner.tsx";
import { LinkButton } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";

/** What can be told to a helper: a file to download. @param refusal why there is none, translated */
export function DiagnosticsCard({ refusal }: { refusal: string | null }) {
  const { t } = useTranslation();
  return (
    <div id="diagnostics" className="scroll-mt-20">
      <SectionCard title={t("adminDiagnostics.title")} text={t("adminDiagnostics.text")}>
        <CardBody className="flex flex-col items-start gap-3">
          {refusal !== null && (
            <div role="alert">
              <Banner tone="bad" title={refusal} />
            </div>
          )}
          <p>{t("adminDiagnostics.holds")}</p>
          <p className="text-sm text-ink-soft">{t("adminDiagnostics.holdsNot")}</p>
          <LinkButton to="/admin/diagnostics.json" reloadDocument variant="secondary" size="sm" icon={<Download aria-hidden size={18} />}>
            {t("adminDiagnostics.download")}
          </LinkButton>
        </CardBody>
      </SectionCard>
    </div>
  );
}
