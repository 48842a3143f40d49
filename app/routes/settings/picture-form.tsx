import { Form, useNavigation } from "@remix-run/react";
import { useTranslation } from "react-i18next";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { FacePicture } from "#app/components/uploads/face-picture.tsx";
import type { ImageData } from "#app/domain/images/image.ts";

/** One's own face. */
export function PictureForm({ userId, picture }: { userId: string; picture: ImageData | null }) {
  const { t } = useTranslation();
  const removing = useNavigation().formData?.get("intent") === "picture-remove";
  return (
    <SectionCard title={t("settings.picture.title")} text={t("settings.picture.text")}>
      <CardBody className="flex flex-col gap-4">
        <FacePicture userId={userId} picture={picture} label={t("settings.picture.label")} RemovalForm={Form} removing={removing} />
      </CardBody>
    </SectionCard>
  );
}
