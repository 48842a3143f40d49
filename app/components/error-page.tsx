import { useTranslation } from "react-i18next";
import { Button, LinkButton } from "./button.tsx";
import { Drawing, type DrawingName } from "./drawings.tsx";

export type ErrorKind = "not-found" | "forbidden" | "refused" | "offline" | "broken";

const DRAWING: Record<ErrorKind, DrawingName> = { "not-found": "nest", forbidden: "door", refused: "door", offline: "cloud", broken: "cloud" };

/** By status; anything that is not the reader's to mend counts as broken. */
export function errorKindOf(status: number | null, online: boolean): ErrorKind {
  if (status === 404) return "not-found";
  if (status === 401 || status === 403) return "forbidden";
  if (status !== null && status < 500) return "refused";
  return online ? "broken" : "offline";
}

interface ErrorPageProps {
  kind: ErrorKind;
  /** HTTP status, or a code of ours; stands small beside the sentence. */
  code: string;
  /** A more exact sentence, translated; only where the reader can do something about it. */
  text?: string | undefined;
}

/** What went wrong in a sentence, what is safe, and a way on. */
export function ErrorPage({ kind, code, text }: ErrorPageProps) {
  const { t } = useTranslation();
  const mendable = kind === "offline" || kind === "broken";
  return (
    <div className="flex min-h-full flex-1 flex-col items-center justify-center px-6 py-16 text-center">
      <Drawing name={DRAWING[kind]} />
      <h1 className="mt-6 text-xl">{t(`errorPage.${kind}.title`)}</h1>
      <p className="mt-2 max-w-96 text-ink-soft">{(kind === "refused" && text) || t(`errorPage.${kind}.text`)}</p>
      <div className="mt-6 flex flex-wrap justify-center gap-3">
        {mendable && <Button onClick={() => window.location.reload()}>{t("common.retry")}</Button>}
        <LinkButton to="/" variant={mendable ? "secondary" : "primary"} reloadDocument={mendable}>
          {t("common.backHome")}
        </LinkButton>
      </div>
      <p className="figures mt-8 text-xs text-ink-faint">{t("common.code", { code })}</p>
    </div>
  );
}
