/** Waits for the world to become what a predicate asks for; looks again after every change, never by the clock. */
import type { World } from './state.ts';
import type { SlackSnapshot } from './types.ts';

export class Waiting {
  readonly #abandoned = new Set<() => void>();

  until(
    world: World,
    look: () => SlackSnapshot,
    predicate: (snapshot: SlackSnapshot) => boolean,
    timeoutMs: number,
  ): Promise<SlackSnapshot> {
    return new Promise((resolve, reject) => {
      const end = (settle: () => void) => {
        clearTimeout(timer);
        unsubscribe();
        this.#abandoned.delete(abandon);
        settle();
      };
      const abandon = () => end(() => reject(new Error('the Slack emulator was closed')));
      const attempt = () => {
        try {
          const snapshot = look();
          if (predicate(snapshot)) end(() => resolve(snapshot));
        } catch (error) {
          end(() => reject(error));
        }
      };
      const timer = setTimeout(
        () => end(() => reject(new Error(`waited ${timeoutMs} ms in vain; last said: ${lastWords(look())}`))),
        timeoutMs,
      );
      const unsubscribe = world.subscribe(attempt);
      this.#abandoned.add(abandon);
      attempt();
    });
  }

  close(): void {
    for (const abandon of [...this.#abandoned]) abandon();
  }
}

function lastWords(snapshot: SlackSnapshot): string {
  const all = snapshot.channels.flatMap(({ messages }) => messages.flatMap((message) => [message, ...message.replies]));
  const last = all.sort((left, right) => (left.ts < right.ts ? -1 : 1)).slice(-3);
  return JSON.stringify(last.map(({ channel, user, text }) => `${channel} ${user}: ${text.slice(0, 120)}`));
}
