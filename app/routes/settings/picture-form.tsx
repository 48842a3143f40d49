import { Form, useNavigation } from "@remix-run/react";
import { useState } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { CardBody, SectionCard } from "#app/components/card.tsx";
import { ImageUpload } from "#app/components/uploads/image-upload.tsx";
import type { ImageData } from "#app/domain/images/image.ts";

/** One's own face. It is kept as soon as it has arrived, so there is nothing to save. */
export function PictureForm({ userId, picture }: { userId: string; picture: ImageData | null }) {
  const { t } = useTranslation();
  // What was uploaded here before is no longer shown once it is taken away.
  const [removals, setRemovals] = useState(0);
  const busy = useNavigation().formData?.get("intent") === "picture-remove";
  return (
    <SectionCard title={t("settings.picture.title")} text={t("settings.picture.text")}>
      <CardBody className="flex flex-col gap-4">
        <ImageUpload key={removals} table="avatars" id={userId} image={picture} label={t("settings.picture.label")} shape="round" />
        {picture && (
          <Form method="post" preventScrollReset onSubmit={() => setRemovals((before) => before + 1)}>
            <input type="hidden" name="intent" value="picture-remove" />
            <Button type="submit" variant="secondary" size="sm" busy={busy}>
              {t("settings.picture.remove")}
            </Button>
          </Form>
        )}
      </CardBody>
    </SectionCard>
  );
}
