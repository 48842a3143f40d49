/** The lines of a file from some byte on, without holding more than a block of it. */
import { open } from "node:fs/promises";

const BLOCK_BYTES = 1024 * 1024;
const LINE_FEED = 10;

export interface FileLine {
  text: string;
  /** The byte behind the line and its line feed. */
  end: number;
  /** Longer than asked for: `text` holds its beginning. */
  tooLong: boolean;
}

/** @param maxBytes of a line; what is longer is passed over */
export async function* linesOf(file: string, from: number, maxBytes: number): AsyncGenerator<FileLine[]> {
  const handle = await open(file);
  try {
    const block = Buffer.alloc(BLOCK_BYTES);
    let kept: Buffer[] = [];
    let keptBytes = 0;
    let position = from;
    const line = (end: number): FileLine => {
      const text = kept.length === 1 ? kept[0]! : Buffer.concat(kept);
      const whole = { text: text.toString("utf8").replace(/\r$/, ""), end, tooLong: keptBytes > maxBytes };
      kept = [];
      keptBytes = 0;
      return whole;
    };
    const keep = (bytes: Buffer) => {
      if (keptBytes <= maxBytes) kept.push(bytes);
      keptBytes += bytes.length;
    };
    for (;;) {
      const { bytesRead } = await handle.read(block, 0, BLOCK_BYTES, position);
      if (bytesRead === 0) break;
      const lines: FileLine[] = [];
      let start = 0;
      for (let end = block.indexOf(LINE_FEED); end >= 0 && end < bytesRead; end = block.indexOf(LINE_FEED, start)) {
        keep(block.subarray(start, end));
        lines.push(line(position + end + 1));
        start = end + 1;
      }
      // The block is read into again.
      if (start < bytesRead) keep(Buffer.from(block.subarray(start, bytesRead)));
      position += bytesRead;
      yield lines;
    }
    if (keptBytes > 0) yield [line(position)];
  } finally {
    await handle.close();
  }
}
