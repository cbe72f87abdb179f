/** A press of a button that asks for a deed: the presser's own message, as if they had typed it. */
import type { Door } from '../../core/door.ts';
import { formatThreadId } from '../../core/thread.ts';
import type { Places } from './places.ts';
import type { Self } from './receive.ts';
import { readDeed } from './render/deeds.ts';
import { timeOf } from './text.ts';

export type Press = {
  user: string;
  team: string | undefined;
  /** The message that carries the button, and the root of its thread; null on the Home tab. */
  place: { channel: string; message: string; root: string } | null;
  actionId: string;
  value: unknown;
  label: string;
  /** When it was pressed, by Slack's clock: the same however often the press is delivered. */
  at: string | undefined;
  responseUrl: string | undefined;
};

/** Returns what to tell the presser. */
export function createPresses(options: { door: Door; places: Places; self: Self; now: () => Date }) {
  const { door, places, self, now } = options;
  return async (press: Press): Promise<string> => {
    const act = readDeed(press.value);
    if (!act) return 'This button carries nothing I know. Nothing was done.';
    const { place } = press;
    const channel = place?.channel ?? (await places.direct(press.user));
    const button = place ? `${channel}:${place.message}:${press.actionId}` : `home:${String(press.value)}`;
    const pressed = await door.press(
      {
        surface: 'slack',
        channel: `slack:${self.team}:${channel}`,
        thread: place ? formatThreadId({ surface: 'slack', team: self.team, channel, root: place.root }) : null,
        person: `slack:${press.team ?? self.team}:${press.user}`,
        text: press.label,
        kind: 'command',
        act,
        audience: await places.audience(channel),
        at: press.at ? timeOf(press.at) : now().toISOString(),
        ...(press.responseUrl ? { callback: press.responseUrl } : {}),
      },
      `button:${button}:${press.user}`,
    );
    if (pressed === 'under way')
      return `You pressed “${press.label}” before, and that is what counts. The outcome comes ${place ? 'in the thread' : 'here'}, or is there already.`;
    return `On it: “${press.label}”. The outcome comes ${place ? 'in the thread' : 'here'}.`;
  };
}
