import { useTranslation } from "react-i18next";
import { LinkButton } from "#app/components/button.tsx";
import { NarrowPage } from "#app/components/narrow-page.tsx";

/** The tablet was revoked: nothing of the family is left on the screen. */
export function TakenDown() {
  const { t } = useTranslation();
  return (
    <NarrowPage title={t("tablet.takenDown")} text={t("tablet.takenDownText")}>
      <LinkButton to="/login?redirectTo=%2Fsettings" reloadDocument>
        {t("auth.signIn.submit")}
      </LinkButton>
    </NarrowPage>
  );
}
