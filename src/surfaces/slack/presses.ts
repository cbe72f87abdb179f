/** A press of a button that asks for a deed: the presser's own message, as if they had typed it. */
import type { Door } from '../../core/door.ts';
import { formatThreadId } from '../../core/thread.ts';
import type { Places } from './places.ts';
import type { Self } from './receive.ts';
import { readDeed } from './render/deeds.ts';

export type Press = {
  user: string;
  team: string | undefined;
  /** The message that carries the button, and the root of its thread; null on the Home tab. */
  place: { channel: string; message: string; root: string } | null;
  actionId: string;
  value: unknown;
  label: string;
  responseUrl: string | undefined;
};

/** Presses of one button by one person this close together are one. */
const doublePressMs = 60_000;

/** Returns what to tell the presser. */
export function createPresses(options: { door: Door; places: Places; self: Self; now: () => Date }) {
  const { door, places, self, now } = options;
  return async (press: Press): Promise<string> => {
    const act = readDeed(press.value);
    if (!act) return 'This button carries nothing I know. Nothing was done.';
    const at = now();
    const minute = Math.floor(at.getTime() / doublePressMs);
    const { place } = press;
    const channel = place?.channel ?? (await places.direct(press.user));
    const jobKey = place
      ? `button:${channel}:${place.message}:${press.actionId}:${press.user}:${minute}`
      : `button:home:${press.user}:${String(press.value)}:${minute}`;
    await door.receive(
      {
        surface: 'slack',
        channel: `slack:${self.team}:${channel}`,
        thread: place ? formatThreadId({ surface: 'slack', team: self.team, channel, root: place.root }) : null,
        person: `slack:${press.team ?? self.team}:${press.user}`,
        text: press.label,
        kind: 'command',
        act,
        audience: await places.audience(channel),
        at: at.toISOString(),
        ...(press.responseUrl ? { callback: press.responseUrl } : {}),
      },
      jobKey,
    );
    return `On it: “${press.label}”. The outcome comes ${place ? 'in the thread' : 'here'}.`;
  };
}
