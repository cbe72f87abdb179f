/** Ids of people and channels in words, followed by what people call them. */
import { wanted } from './failures.ts';
import { kept } from './kept.ts';
import type { People } from './people.ts';
import { type Call, type Pause, repeatable } from './web.ts';

export type Names = {
  /** `<@U1>` becomes `@Alice Moreno (<@U1>)`, `#C1` becomes `#eng`; what cannot be known stays. */
  named(text: string): Promise<string>;
  /** Only the channels. */
  channels(text: string): Promise<string>;
};

export function createNames(options: { call: Call; people: People; now: () => Date; pause: Pause }): Names {
  const { call, people, now, pause } = options;
  const channelName = kept(600_000, now, async (channel: string) => {
    const data = wanted('conversations.info', await repeatable(call, 'conversations.info', { channel }, pause));
    const { name, is_private: hidden } = data.channel as { name?: unknown; is_private?: unknown };
    // The name of a private channel is nobody else's business.
    return typeof name === 'string' && hidden === false ? name : channel;
  });
  async function channels(text: string): Promise<string> {
    const known = new Map<string, string>();
    for (const [, channel = ''] of text.matchAll(/#(C[A-Z0-9]{4,})\b/g))
      known.set(channel, await channelName(channel).catch(() => channel));
    return text.replace(/#(C[A-Z0-9]{4,})\b/g, (_, id: string) => `#${known.get(id) ?? id}`);
  }

  return {
    channels,
    async named(text) {
      const known = new Map<string, string>();
      for (const [, user = ''] of text.matchAll(/<@([UW][A-Z0-9]+)>/g)) known.set(user, await people.nameOf(user));
      const named = text.replace(/<@([UW][A-Z0-9]+)>/g, (whole, id: string) => `@${known.get(id) ?? id} (${whole})`);
      return channels(named);
    },
  };
}
