/** What a command was given behind its name. */
import { CommandError } from "./command.ts";

export interface Arguments {
  /** The one thing that is not an option. */
  file: string;
  /** Those that were given. */
  options: Set<string>;
}

/**
 * Reads `FILE [--option …]`.
 * @param usage as the operator types it
 * @throws CommandError for anything else
 */
export function fileArguments(argv: readonly string[], known: readonly string[], usage: string): Arguments {
  const options = new Set(argv.filter((each) => each.startsWith("--")));
  const [file, ...more] = argv.filter((each) => !each.startsWith("--"));
  const unknown = [...options].find((option) => !known.includes(option));
  if (file === undefined || more.length > 0 || unknown !== undefined) throw new CommandError(`expected: ${usage}${unknown === undefined ? "" : ` (there is no ${unknown})`}`);
  return { file, options };
}
