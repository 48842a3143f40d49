import type { FormProps } from "@remix-run/react";
import { useState, type ComponentType } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import type { ImageData } from "#app/domain/images/image.ts";
import { ImageUpload } from "./image-upload.tsx";

interface FacePictureProps {
  userId: string;
  picture: ImageData | null;
  /** Whose face it is, as the name of its field. */
  label: string;
  /** Takes it away by the intent `picture-remove`: the page's own form, or one of a fetcher. */
  RemovalForm: ComponentType<FormProps>;
  /** Where that form posts to, if not to the page it stands on. */
  action?: string;
  /** That form's fields beside its intent. */
  fields?: Readonly<Record<string, string>>;
  removing: boolean;
}

/** Somebody's face: kept as soon as it has arrived, so there is nothing to save, and taken away again. */
export function FacePicture({ userId, picture, label, RemovalForm, action, fields = {}, removing }: FacePictureProps) {
  const { t } = useTranslation();
  // What was uploaded here before is no longer shown once it is taken away.
  const [removals, setRemovals] = useState(0);
  return (
    <>
      <ImageUpload key={removals} table="avatars" id={userId} image={picture} label={label} shape="round" />
      {picture && (
        <RemovalForm method="post" {...(action !== undefined && { action })} preventScrollReset onSubmit={() => setRemovals((before) => before + 1)}>
          <input type="hidden" name="intent" value="picture-remove" />
          {Object.entries(fields).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <Button type="submit" variant="secondary" size="sm" busy={removing}>
            {t("uploads.removePicture")}
          </Button>
        </RemovalForm>
      )}
    </>
  );
}
