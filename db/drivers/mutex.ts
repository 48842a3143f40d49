/** One at a time, in the order of asking. Free, it costs no turn of the event loop before `work` begins. */
export function mutex() {
  const waiting: (() => void)[] = [];
  let held = false;
  return async <T>(work: () => Promise<T> | T): Promise<T> => {
    if (held) await new Promise<void>((admit) => waiting.push(admit));
    held = true;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      // Handed over directly: whoever comes in between must not overtake those who wait.
      if (next) next();
      else held = false;
    }
  };
}
