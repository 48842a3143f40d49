import { useTranslation } from "react-i18next";
import { FAMILY_ICONS, FamilyIcon } from "./family-icon.tsx";

interface IconFieldProps {
  legend: string;
  name: string;
  /** Null or unknown: none is chosen. */
  defaultValue: string | null | undefined;
  error?: string | undefined;
}

const CHOICE = "grid size-target cursor-pointer place-items-center rounded-md border border-transparent text-ink-soft transition-colors hover:bg-sunken has-checked:border-accent has-checked:bg-accent-soft has-checked:text-accent-ink has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink";

/** Choosing a small picture: native radio buttons, each with its name. */
export function IconField({ legend, name, defaultValue, error }: IconFieldProps) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1">
        {FAMILY_ICONS.map((icon) => (
          <label key={icon} className={CHOICE} title={t(`familyIcons.${icon}`)}>
            <input type="radio" name={name} value={icon} defaultChecked={icon === defaultValue} className="sr-only" />
            <FamilyIcon name={icon} size={22} />
            <span className="sr-only">{t(`familyIcons.${icon}`)}</span>
          </label>
        ))}
      </div>
      {error && <p className="mt-1.5 text-sm text-bad">{error}</p>}
    </fieldset>
  );
}
