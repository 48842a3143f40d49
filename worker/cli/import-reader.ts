/**
 * The thread that reads and checks lines while the command's own thread writes those before (worker/cli/read-ahead.ts starts it).
 * Asked for some lines it answers with them; behind the last one with null, again and again.
 */
import { parentPort, workerData } from "node:worker_threads";
import { MAX_LINE_BYTES } from "#app/domain/imports/line.ts";
import { pack, readLines, transferable, type PackedLines, type RawLine } from "#app/domain/imports/read.ts";
import { linesOf } from "./read-lines.ts";

export interface ReaderData {
  file: string;
  /** Where it begins, in bytes and lines that are done with. */
  from: { bytes: number; lines: number };
}

/** What is asked: how many lines. */
export type ReaderQuestion = number;

/** Lines that are written together, and where the file goes on behind them. */
export type ReaderAnswer = { packed: PackedLines; upTo: number } | null;

/** Decoding takes a while: of lines that name files so many are one transaction, so that little is done again after a kill. */
const FILES_AT_ONCE = 50;
const NAMES_FILES = /"files"/;
/** However long the lines are: what is under way stays small. */
const BYTES_AT_ONCE = 8 * 1024 * 1024;

const { file, from } = workerData as ReaderData;
let wanted = 0;

async function* chunks(): AsyncGenerator<NonNullable<ReaderAnswer>> {
  let raw: RawLine[] = [];
  let number = from.lines;
  let start = from.bytes;
  let upTo = start;
  let withFiles = 0;
  const take = () => {
    const packed = pack(readLines(raw, Date.now()));
    raw = [];
    withFiles = 0;
    start = upTo;
    return { packed, upTo };
  };
  for await (const lines of linesOf(file, from.bytes, MAX_LINE_BYTES))
    for (const { text, end, tooLong } of lines) {
      raw.push({ number: ++number, text: tooLong ? null : text });
      upTo = end;
      if (!tooLong && NAMES_FILES.test(text)) withFiles += 1;
      if (raw.length >= wanted || withFiles >= FILES_AT_ONCE || upTo - start >= BYTES_AT_ONCE) yield take();
    }
  if (raw.length > 0) yield take();
}

const all = chunks();
let before = Promise.resolve();
parentPort!.on("message", (question: ReaderQuestion) => {
  before = before.then(async () => {
    wanted = question;
    const { value } = await all.next();
    const answer: ReaderAnswer = value ?? null;
    parentPort!.postMessage(answer, answer ? transferable(answer.packed) : []);
  });
});
