import { Link } from "@remix-run/react";
import type { ReactNode } from "react";
import { useTranslation } from "react-i18next";
import { Brand } from "./brand.tsx";
import { Card } from "./card.tsx";

interface NarrowPageProps {
  title: ReactNode;
  text?: ReactNode;
  children: ReactNode;
  /** Under the card: the other way in, for instance. */
  footer?: ReactNode;
}

/** One form on its own, for people who are not signed in: sign in, sign up. Goes with `handle.layout = "bare"`. */
export function NarrowPage({ title, text, children, footer }: NarrowPageProps) {
  const { t } = useTranslation();
  return (
    <div className="mx-auto flex min-h-dvh w-full max-w-form flex-col justify-center px-4 py-10">
      <Link to="/" className="mb-6 inline-flex min-h-target items-center self-center rounded-md px-2" aria-label={t("common.backHome")}>
        <Brand />
      </Link>
      <Card className="p-6 sm:p-8">
        <h1 className="text-xl">{title}</h1>
        {text && <p className="mt-1 text-ink-soft">{text}</p>}
        <div className="mt-6">{children}</div>
      </Card>
      {footer && <div className="mt-5 text-center text-ink-soft">{footer}</div>}
    </div>
  );
}
