import { History } from "lucide-react";
import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { SectionCard } from "#app/components/card.tsx";
import { EmptyState } from "#app/components/empty-state.tsx";
import { List } from "#app/components/list.tsx";
import type { OperationData } from "#app/domain/maintenance/operation.ts";
import { OperationRow } from "./operation-row.tsx";

/** What did we do: the last operations, and the way to all of them. */
export function OperationsCard({ operations, now }: { operations: OperationData[]; now: number }) {
  const { t } = useTranslation();
  return (
    <SectionCard
      title={t("adminOperations.recent")}
      action={
        <LinkButton to="/admin/operations" variant="ghost" size="sm">
          {t("adminOperations.all")}
        </LinkButton>
      }
    >
      {operations.length > 0 ? (
        <List>
          {operations.map((operation) => (
            <OperationRow key={operation.id} operation={operation} now={now} />
          ))}
        </List>
      ) : (
        <EmptyState icon={<History aria-hidden size={36} className="text-ink-faint" />} title={t("adminOperations.emptyTitle")} text={t("adminOperations.emptyText")} />
      )}
    </SectionCard>
  );
}
