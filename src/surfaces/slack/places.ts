/** Who reads along in a channel, as ACL tokens: public channels share one, everything else has its own. */
import { SophiaError, toSophiaError } from '../../core/error.ts';
import type { Message } from '../../core/message.ts';
import type { PersonId } from '../../core/person.ts';
import { wanted } from './failures.ts';
import { kept } from './kept.ts';
import type { People } from './people.ts';
import { nextCursor } from './send.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type Places = {
  audience(channel: string): Promise<string>;
  readable(person: PersonId, message: Pick<Message, 'channel' | 'audience'>): Promise<string[]>;
  /** The direct message channel with this person. */
  direct(user: string): Promise<string>;
  /** Something happened to the channel: what was known of it is asked anew. */
  forget(channel: string): void;
  /** The channel somebody names, when both they and Sophia are in it. */
  named(words: string, person: PersonId): Promise<{ channel: string; audience: string; name: string }>;
};

const mostMemberPages = 20;
const notThere = new SophiaError('not_found', 'There is no such channel that you are in.', {
  hint: 'Join it first, or type this in the channel itself.',
});

export function createPlaces(options: {
  call: Call;
  team: string;
  now: () => Date;
  pause: Pause;
  people: People;
}): Places {
  const { call, team, now, pause, people } = options;
  const ask = async (method: string, args: Data) => wanted(method, await repeatable(call, method, args, pause));

  const isPublic = kept(60_000, now, async (channel: string) => {
    const { channel: found } = (await ask('conversations.info', { channel })) as { channel?: Data };
    const shared = found?.is_ext_shared || found?.is_org_shared || found?.is_pending_ext_shared;
    // Outsiders read along in a shared channel: it gets a token of its own.
    return found?.is_channel === true && found.is_private === false && !shared;
  });
  const nameOf = kept(60_000, now, async (channel: string) => {
    const { channel: found } = (await ask('conversations.info', { channel })) as { channel?: Data };
    if (typeof found?.name !== 'string' || found.is_archived === true) throw notThere;
    if (found.is_member !== true)
      throw new SophiaError('forbidden', 'I am not in that channel.', {
        hint: 'Invite me there with /invite @sophia.',
      });
    return found.name;
  });
  const members = kept(60_000, now, async (channel: string) => {
    const all = new Set<string>();
    let cursor = '';
    for (let page = 0; page < mostMemberPages; page++) {
      const data = await ask('conversations.members', { channel, limit: 1000, ...(cursor ? { cursor } : {}) });
      for (const member of Array.isArray(data.members) ? data.members : []) all.add(String(member));
      cursor = nextCursor(data);
      if (cursor === '') return all;
    }
    throw new SophiaError('internal', 'This channel has too many members to look through.');
  });
  const direct = kept(3_600_000, now, async (user: string) => {
    const { channel } = (await ask('conversations.open', { users: user })) as { channel?: { id?: unknown } };
    if (typeof channel?.id !== 'string') throw new SophiaError('internal', 'Slack opened no direct message.');
    return channel.id;
  });

  async function audience(channel: string): Promise<string> {
    if (channel.startsWith('D')) return `slack:${team}:${channel}`;
    const open = await isPublic(channel).catch(() => false);
    return open ? `slack:${team}:public` : `slack:${team}:${channel}`;
  }

  /** Private channels that both this person and Sophia are in; none when it cannot be known. */
  const shared = kept(30_000, now, async (user: string) => {
    const found: string[] = [];
    let cursor = '';
    for (let page = 0; page < mostMemberPages; page++) {
      // Group messages would need `mpim:read`, which she is not given.
      const types = 'private_channel';
      const data = await ask('users.conversations', { user, types, limit: 200, ...(cursor ? { cursor } : {}) });
      for (const channel of Array.isArray(data.channels) ? data.channels : []) found.push(String(channel.id));
      cursor = nextCursor(data);
      if (cursor === '') break;
    }
    return found;
  });

  return {
    direct,
    audience,
    forget(channel) {
      for (const known of [isPublic, members, nameOf]) known.drop(channel);
      shared.clear();
    },
    async named(words, person) {
      const channel = /^#?([CG][A-Z0-9]{4,40})$/.exec(words)?.[1];
      if (!channel)
        throw new SophiaError('bad_input', `I cannot tell which channel “${words}” is.`, {
          hint: 'Type # and pick the channel from Slack’s list.',
        });
      const name = await nameOf(channel).catch((error: unknown) => {
        const problem = toSophiaError(error);
        // Whether a channel exists that somebody is not in is not theirs to know.
        throw problem.message === 'I cannot see this channel.' ? notThere : problem;
      });
      if (!(await members(channel)).has(person.split(':').at(-1) ?? '')) throw notThere;
      return { channel: `slack:${team}:${channel}`, audience: await audience(channel), name };
    },
    async readable(person, message) {
      if ((await people.person(person)).kind !== 'member') return [];
      const user = person.split(':').at(-1) ?? '';
      const tokens = new Set([`slack:${team}:public`, `slack:${team}:${await direct(user)}`]);
      const channel = message.channel.split(':').at(-1) ?? '';
      const here = `slack:${team}:${channel}`;
      // Somebody else's direct messages are theirs alone.
      const maybe = message.audience === here && !channel.startsWith('D');
      if (maybe && (await members(channel)).has(user)) tokens.add(here);
      // What is said in their own direct messages nobody else reads: there they may draw on all they may read.
      if (message.audience === here && channel === (await direct(user)))
        for (const place of await shared(user).catch(() => [])) tokens.add(`slack:${team}:${place}`);
      return [...tokens];
    },
  };
}
