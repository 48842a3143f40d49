import { Form, useFetcher, useNavigation } from "@remix-run/react";
import type { ReactNode } from "react";
import { Button, buttonClass, type ButtonSize } from "#app/components/button.tsx";

interface ConfirmedFormProps {
  action: string;
  /** Hidden fields, `intent` among them. */
  fields: Record<string, string>;
  /** On the button that asks. */
  label: ReactNode;
  /** Its accessible name where the label alone says too little. */
  name?: string;
  variant?: "ghost" | "secondary";
  size?: ButtonSize;
  question: ReactNode;
  /** On the button that does it. */
  confirm: string;
  /** It leads to another page: then its event may take this form off the screen before the answer is here, and a fetcher's redirect would go with it. */
  leads?: boolean;
}

/** A form behind a question: what it does cannot be taken back by the same press. Native, so that it asks without JavaScript, too. */
export function ConfirmedForm({ action, fields, label, name, variant = "ghost", size = "md", question, confirm, leads = false }: ConfirmedFormProps) {
  const fetcher = useFetcher();
  const navigation = useNavigation();
  const Submitted = leads ? Form : fetcher.Form;
  const busy = leads ? navigation.formAction === action && navigation.formData?.get("intent") === fields["intent"] : fetcher.state !== "idle";
  return (
    <details className="confirmed">
      <summary aria-label={name} className={buttonClass(variant, size, variant === "ghost" ? "text-bad hover:bg-bad-soft" : undefined)}>
        {label}
      </summary>
      <Submitted method="post" action={action} className="confirmed-question">
        {Object.entries(fields).map(([field, value]) => (
          <input key={field} type="hidden" name={field} value={value} />
        ))}
        <p className="text-sm">{question}</p>
        <Button type="submit" variant="danger" size="sm" busy={busy}>
          {confirm}
        </Button>
      </Submitted>
    </details>
  );
}
