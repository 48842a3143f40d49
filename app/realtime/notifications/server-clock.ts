/**
 * The server's time as far as a browser can know it: clocks of devices may be wrong by minutes. The estimate is never
 * ahead of the server by more than the device's clock moved since the last answer.
 */
export class ServerClock {
  /** By how much the device's clock is ahead, at most. Null: nothing known, the device's own clock counts. */
  #ahead: number | null = null;

  /** An answer of the server that says its time. */
  answered(serverMs: number, deviceMs: number): void {
    this.#ahead = deviceMs - serverMs;
  }

  /** Something that was committed then is known now: what travelled shortest tells most. */
  heard(committedMs: number, deviceMs: number): void {
    this.#ahead = Math.min(this.#ahead ?? Infinity, deviceMs - committedMs);
  }

  at(deviceMs: number): number {
    return deviceMs - (this.#ahead ?? 0);
  }
}
