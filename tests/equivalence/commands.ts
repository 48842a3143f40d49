/** Every command that the app's domains export, and whether a list of cases knows all of them. */

const modules = import.meta.glob<Record<string, unknown>>("/app/domain/*/commands.server.ts", { eager: true });

/** As `folder/name`. */
export const COMMANDS = Object.entries(modules).flatMap(([file, exports]) => Object.entries(exports).flatMap(([name, exported]) => (typeof exported === "function" ? [`${file.split("/").at(-2)}/${name}`] : [])));

/** What there is no case for, and cases of what no longer is. */
export const mismatched = (commands: readonly string[], cases: Record<string, unknown>) => [...commands.filter((name) => !(name in cases)), ...Object.keys(cases).filter((name) => !commands.includes(name))];
