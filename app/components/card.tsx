import { useId, type HTMLAttributes, type ReactNode } from "react";
import { classes } from "./classes.ts";

/** A sheet of paper with a hairline. */
export const Card = ({ className, children, ...rest }: HTMLAttributes<HTMLDivElement>) => (
  <div {...rest} className={classes("overflow-hidden rounded-card border border-line bg-surface", className)}>
    {children}
  </div>
);

interface CardHeaderProps {
  title: ReactNode;
  id?: string;
  text?: ReactNode;
  /** At the end of the line: a link or a small button. */
  action?: ReactNode;
}

export const CardHeader = ({ title, id, text, action }: CardHeaderProps) => (
  <div className="flex min-h-14 items-center justify-between gap-3 border-b border-line px-4 py-2">
    <div className="min-w-0">
      <h2 id={id} className="text-lg">
        {title}
      </h2>
      {text && <p className="text-sm text-ink-soft">{text}</p>}
    </div>
    {action}
  </div>
);

export const CardBody = ({ children, className }: { children: ReactNode; className?: string }) => <div className={classes("p-4", className)}>{children}</div>;

interface SectionCardProps extends Omit<CardHeaderProps, "id"> {
  children: ReactNode;
}

/** A card that is a named region of the page. */
export function SectionCard({ children, ...header }: SectionCardProps) {
  const id = useId();
  return (
    <section aria-labelledby={id}>
      <Card>
        <CardHeader {...header} id={id} />
        {children}
      </Card>
    </section>
  );
}
