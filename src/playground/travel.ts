/** Time travel: the world's clock is moved on, and the app wakes up in the new time, as after a night switched off. */
import type { App } from './app.ts';
import { moveDate } from './clock.ts';

export type Travel = {
  /** Milliseconds between the world's time and the real one. */
  readonly ahead: number;
  /** By how much of that it was moved on since the playground opened. */
  readonly moved: number;
  /** True while the app is down for it. */
  readonly underway: boolean;
  /** Only forward; a moment that has passed changes nothing. */
  to(moment: number): Promise<void>;
  /** Gives this process the real time back. */
  end(): void;
};

/**
 * The app is stopped as any deploy stops it, and started with the new time: its leases, timers and caches are then as honest
 * as after a downtime. An app that was dead stays dead: what fell due is then made up for when it is started.
 */
export function createTravel(app: () => App, changed: () => void, startsAt?: number): Travel {
  const first = startsAt === undefined ? 0 : startsAt - Date.now();
  let ahead = first;
  if (ahead !== 0) moveDate(ahead);
  let underway = false;
  let last: Promise<void> = Promise.resolve();

  async function move(moment: number): Promise<void> {
    if (moment <= Date.now()) return;
    const alive = app().state !== 'crashed';
    underway = alive;
    try {
      if (alive) await app().stop();
      ahead += Math.max(0, moment - Date.now());
      moveDate(ahead);
      changed();
      if (alive) await app().start();
    } finally {
      underway = false;
      changed();
    }
  }

  return {
    get ahead() {
      return ahead;
    },
    get moved() {
      return ahead - first;
    },
    get underway() {
      return underway;
    },
    to(moment) {
      // One after the other: two at once would stop an app that is just starting.
      last = last.catch(() => {}).then(() => move(moment));
      return last;
    },
    end() {
      if (ahead !== 0) moveDate(0);
    },
  };
}
