/** Lines of an import, read and checked by a thread of its own: on a machine with two processors both have work. */
import { Worker } from "node:worker_threads";
import { unpack, type ReadLines } from "#app/domain/imports/read.ts";
import type { ReaderAnswer, ReaderData, ReaderQuestion } from "./import-reader.ts";

/** One is written while the other is read. */
const CHUNKS_AHEAD = 2;

export interface ReadChunk {
  read: ReadLines;
  /** The byte of the file behind these lines. */
  upTo: number;
}

/**
 * @param thread the built `import-reader`
 * @param atOnce how many lines a chunk is to hold, asked two chunks ahead; fewer come where they are long or name files
 * @throws what reading the file throws, with its code
 */
export async function* readAhead(thread: URL, data: ReaderData, atOnce: () => number): AsyncGenerator<ReadChunk> {
  const worker = new Worker(thread, { workerData: data });
  const answers: ReaderAnswer[] = [];
  let failure: Error | null = null;
  let wake = () => undefined as void;
  worker.on("message", (answer: ReaderAnswer) => {
    answers.push(answer);
    wake();
  });
  const fail = (error: Error) => {
    failure ??= error;
    wake();
  };
  worker.on("error", fail);
  worker.on("exit", (code) => fail(new Error(`the thread that reads ended with code ${code}`)));
  const ask = () => worker.postMessage(atOnce() satisfies ReaderQuestion);
  try {
    for (let ahead = 0; ahead < CHUNKS_AHEAD; ahead++) ask();
    for (;;) {
      while (answers.length === 0) {
        if (failure) throw failure as Error;
        await new Promise<void>((resolve) => (wake = resolve));
      }
      const answer = answers.shift()!;
      if (!answer) return;
      ask();
      yield { read: unpack(answer.packed), upTo: answer.upTo };
    }
  } finally {
    await worker.terminate();
  }
}
