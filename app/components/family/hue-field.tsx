import { Check } from "lucide-react";
import { useTranslation } from "react-i18next";

interface HueFieldProps {
  legend: string;
  name: string;
  defaultValue: number;
}

const HUES = [0, 1, 2, 3, 4, 5, 6, 7] as const;

/** Choosing one of the eight hues. What is chosen is told by a mark, not by colour alone. */
export function HueField({ legend, name, defaultValue }: HueFieldProps) {
  const { t } = useTranslation();
  return (
    <fieldset>
      <legend className="mb-1.5 text-sm font-medium">{legend}</legend>
      <div className="flex flex-wrap gap-1">
        {HUES.map((hue) => (
          <label key={hue} data-hue={hue} title={t(`hues.${hue}`)} className="grid size-target cursor-pointer place-items-center rounded-full has-focus-visible:outline-2 has-focus-visible:outline-offset-2 has-focus-visible:outline-accent-ink has-checked:[&_svg]:visible">
            <input type="radio" name={name} value={hue} defaultChecked={hue === defaultValue} className="sr-only" />
            <span className="ring-hue grid size-9 place-items-center rounded-full bg-hue-soft text-hue">
              <Check aria-hidden size={18} className="invisible" />
            </span>
            <span className="sr-only">{t(`hues.${hue}`)}</span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
