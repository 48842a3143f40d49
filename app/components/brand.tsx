import { useTranslation } from "react-i18next";
import { classes } from "./classes.ts";

/** The mark: a bird that has come home. The same drawing is in public/icon.svg. */
export const BrandMark = ({ size = 32, className }: { size?: number; className?: string }) => (
  <svg aria-hidden width={size} height={size} viewBox="0 0 32 32" className={classes("flex-none", className)}>
    <path d="M14.1 3.3a3 3 0 0 1 3.8 0l9.5 7.9A4.4 4.4 0 0 1 29 14.6V25a4 4 0 0 1-4 4H7a4 4 0 0 1-4-4V14.6a4.4 4.4 0 0 1 1.6-3.4z" className="fill-accent" />
    <path d="M8.6 20.7c2.7.4 3.7-1 4.1-2.6.7-2.9 2.6-4.7 5.1-4.7 1.5 0 2.7.6 3.4 1.6l2.4.9-2.1 1.3c-.2 4.3-2.9 7.1-6.8 7.1-3 0-5.1-1.3-6.1-3.6z" className="fill-on-accent" />
    <circle cx="18.6" cy="16.3" r=".95" className="fill-accent" />
  </svg>
);

/** Mark and name. */
export function Brand({ wordClassName }: { wordClassName?: string }) {
  const { t } = useTranslation();
  return (
    <span className="inline-flex items-center gap-2.5">
      <BrandMark />
      <span lang="en" className={classes("text-lg font-semibold", wordClassName)}>
        {t("common.appName")}
      </span>
    </span>
  );
}
