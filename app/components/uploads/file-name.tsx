import { classes } from "#app/components/classes.ts";
import { nameParts } from "./name-parts.ts";

/** What a file is called, on one line and in its own direction. Where there is no room its middle is left out: the ending says what opens it. */
export function FileName({ name, className }: { name: string; className?: string }) {
  const { stem, ending } = nameParts(name);
  return (
    <bdi dir="auto" title={name} className={classes("file-name", className)}>
      {stem !== "" && <span className="file-name-stem">{stem}</span>}
      {ending !== "" && <span className="file-name-ending">{ending}</span>}
    </bdi>
  );
}
