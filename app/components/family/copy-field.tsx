import { Check, Copy } from "lucide-react";
import { useState, useSyncExternalStore, type ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Button } from "#app/components/button.tsx";
import { TextField } from "#app/components/field.tsx";

interface CopyFieldProps {
  label: string;
  name: string;
  hint: ReactNode;
  value: string;
}

const never = () => () => undefined;
/** Only over https or on the machine itself; elsewhere, and without JavaScript, the text is selected by hand. */
const canCopy = () => "clipboard" in navigator;

/** A text to be taken elsewhere. */
export function CopyField({ label, name, hint, value }: CopyFieldProps) {
  const { t } = useTranslation();
  const offersCopy = useSyncExternalStore(never, canCopy, () => false);
  const [copied, setCopied] = useState<string | null>(null);
  return (
    <div className="flex flex-col items-start gap-2">
      <div className="w-full">
        <TextField label={label} name={name} hint={hint} value={value} readOnly dir="ltr" onFocus={(event) => event.target.select()} />
      </div>
      {offersCopy && (
        <Button
          variant="secondary"
          size="sm"
          icon={copied === value ? <Check aria-hidden size={18} /> : <Copy aria-hidden size={18} />}
          onClick={() => {
            void navigator.clipboard.writeText(value).then(
              () => setCopied(value),
              // Not allowed: the text stands there, to be copied by hand.
              () => setCopied(null),
            );
          }}
        >
          {t("people.copy")}
        </Button>
      )}
      <p role="status" className="text-sm text-good empty:hidden">
        {copied === value && t("people.copied")}
      </p>
    </div>
  );
}
