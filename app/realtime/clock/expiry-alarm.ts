/**
 * The end of a timer, told once in this browser however many tabs are open: heard in the first tab that may make a
 * sound, and as one notification of the system where nobody looks at Roost.
 */
import type { TimerData } from "#app/domain/timers/machine.ts";
import type { Log } from "#app/realtime/environment.ts";
import type { Chime, Ledger, Tray } from "#app/realtime/notifications/environment.ts";
import type { Permission } from "#app/realtime/notifications/verdict.ts";

export interface AlarmEnvironment {
  /** Runs when no other tab does. */
  exclusively: (work: () => Promise<void>) => Promise<void>;
  permission: () => Permission;
  /** Whether somebody looks at Roost in this tab. */
  looking: () => boolean;
  chime: Chime;
  tray: Tray;
  ledger: Ledger;
  log: Log;
}

/** What ended longer ago, while the device slept or was away, is shown and not sounded. */
export const LATE_MS = 2 * 60_000;

/** @param now the server's time */
export const isLate = ({ endsAt }: Pick<TimerData, "endsAt">, now: number): boolean => endsAt === null || now - endsAt > LATE_MS;

const tagOf = (timerId: string): string => `roost-timer-${timerId}`;

export class ExpiryAlarm {
  constructor(readonly env: AlarmEnvironment) {}

  /**
   * @param now the server's time
   * @param sound whether the person wants to hear anything
   */
  ended(timer: TimerData, { now, sound, title, body }: { now: number; sound: boolean; title: string; body: string }): void {
    if (isLate(timer, now)) return;
    const { env } = this;
    this.#inTurn(async () => {
      const [heard, told] = [`timer-heard-${timer.id}`, `timer-told-${timer.id}`];
      const known = await env.ledger.known([heard, told]);
      // Noted before: a tab that is killed in between makes no second one.
      const rings = sound && !known.has(heard) && env.chime.allowed();
      if (rings) {
        await env.ledger.note([heard]);
        env.chime.play();
      }
      if (env.looking()) await env.ledger.note([told]);
      else if (!known.has(told) && env.permission() === "granted") {
        await env.ledger.note([told]);
        await env.tray.show({ tag: tagOf(timer.id), path: "/family", conversationIds: [], messageIds: [], lastSeq: null, title, body, silent: rings || known.has(heard) || !sound });
      }
    });
  }

  /** Confirmed or cancelled: nobody needs to be told any more. */
  over(timerId: string): void {
    if (this.env.permission() === "granted") this.#inTurn(() => this.env.tray.close(tagOf(timerId)));
  }

  #inTurn(work: () => Promise<void>): void {
    // The browser refused: storage that is full, a permission taken back in this moment.
    this.env.exclusively(work).catch((error: unknown) => this.env.log("the end of a timer was not told", { error: String(error) }));
  }
}
