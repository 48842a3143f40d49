/** What the children say, line by line: readable on a terminal, unchanged JSON for whatever collects logs. */
import type { Readable } from "node:stream";
import { createInterface } from "node:readline";

const NAME_WIDTH = 8;
const COLOURS: Record<string, string> = { app: "36", relay: "35", channels: "34", roost: "32" };
const LEVELS: Record<number, string> = { 10: "trace", 20: "debug", 30: "info", 40: "warn", 50: "error", 60: "fatal" };
/** Fields of every pino line: on a terminal they would only be noise. */
const QUIET_FIELDS = new Set(["level", "time", "pid", "hostname", "name", "msg", "err"]);

export interface Output {
  line(process: string, text: string): void;
  follow(process: string, stream: Readable): void;
}

export function outputTo(stream: NodeJS.WritableStream & { isTTY?: boolean }): Output {
  const tty = stream.isTTY === true;
  const line = (process: string, text: string) => {
    // A JSON line says itself where it comes from, and must stay JSON for log collectors.
    const formatted = tty ? `${paint(process)} ${readable(text)}` : text.startsWith("{") ? text : `${process.padEnd(NAME_WIDTH)} ${text}`;
    stream.write(`${formatted}\n`);
  };
  return {
    line,
    follow: (process, source) => void createInterface({ input: source }).on("line", (text) => void (text.trim() && line(process, text))),
  };
}

const paint = (process: string) => `\u001b[${COLOURS[process] ?? "37"}m${process.padEnd(NAME_WIDTH)}\u001b[0m`;

/** A pino line as a person reads it; anything else as it is. */
export function readable(text: string): string {
  const entry = text.startsWith("{") ? parsed(text) : null;
  if (!entry) return text;
  const time = typeof entry["time"] === "number" ? new Date(entry["time"]).toISOString().slice(11, 19) : "";
  const fields = Object.entries(entry)
    .filter(([key]) => !QUIET_FIELDS.has(key))
    .map(([key, value]) => `${key}=${typeof value === "string" ? value : JSON.stringify(value)}`);
  const level = LEVELS[Number(entry["level"])] ?? "";
  const error = entry["err"] as { stack?: string; message?: string } | undefined;
  return [time, level.padEnd(5), String(entry["msg"] ?? ""), ...fields, error ? `\n${error.stack ?? error.message ?? ""}` : ""].filter(Boolean).join(" ");
}

function parsed(text: string): Record<string, unknown> | null {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
