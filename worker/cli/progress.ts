/** How far a command is: a bar on a terminal, now and then a plain line everywhere else. */
const BAR_WIDTH = 30;
const REDRAW_EVERY_MS = 100;
const LINE_EVERY_MS = 5_000;

export interface Progress {
  /** A step begins; the one before it is done. */
  begin(what: string): void;
  /** @param share of the step, 0 to 1. @param beside what else is worth saying, such as a rate */
  progress(share: number, beside?: string): void;
  /** The last step is done. */
  end(): void;
}

type Output = Pick<NodeJS.WriteStream, "write"> & { isTTY?: boolean; columns?: number };

/** @param output usually stderr: what a command answers goes to stdout */
export function progressOn(output: Output, now: () => number = () => performance.now()): Progress {
  return output.isTTY ? bar(output, now) : lines(output, now);
}

const percent = (share: number) => `${Math.floor(Math.min(1, Math.max(0, share)) * 100)} %`;

function bar(output: Output, now: () => number): Progress {
  let step: { what: string; startedAt: number; drawnAt: number } | null = null;
  const erase = "\r\u001b[2K";

  function end() {
    if (step) output.write(`${erase}${step.what}: done in ${seconds(now() - step.startedAt)}\n`);
    step = null;
  }

  return {
    begin(what) {
      end();
      step = { what, startedAt: now(), drawnAt: Number.NEGATIVE_INFINITY };
      output.write(`${what} …`);
    },
    progress(share, beside = "") {
      if (!step || (now() - step.drawnAt < REDRAW_EVERY_MS && share < 1)) return;
      step.drawnAt = now();
      const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH);
      const text = `${step.what} ${"█".repeat(full)}${"░".repeat(BAR_WIDTH - full)} ${percent(share).padStart(5)}${beside && ` · ${beside}`}`;
      // A line that wraps could not be drawn over.
      output.write(`${erase}${text.slice(0, (output.columns ?? 80) - 1)}`);
    },
    end,
  };
}

function lines(output: Output, now: () => number): Progress {
  let step: { what: string; startedAt: number; saidAt: number } | null = null;

  function end() {
    if (step) output.write(`${step.what}: done in ${seconds(now() - step.startedAt)}\n`);
    step = null;
  }

  return {
    begin(what) {
      end();
      step = { what, startedAt: now(), saidAt: now() };
    },
    progress(share, beside = "") {
      if (!step || now() - step.saidAt < LINE_EVERY_MS) return;
      step.saidAt = now();
      output.write(`${step.what}: ${percent(share)}${beside && ` · ${beside}`}\n`);
    },
    end,
  };
}

const seconds = (ms: number) => `${(ms / 1_000).toFixed(1)} s`;
