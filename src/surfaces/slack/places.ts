/** Who reads along in a channel, as ACL tokens: public channels share one, everything else has its own. */
import { SophiaError, toSophiaError } from '../../core/error.ts';
import type { Access } from '../../core/memory.ts';
import type { Message } from '../../core/message.ts';
import type { PersonId } from '../../core/person.ts';
import type { PlaceKind } from '../../core/place.ts';
import { wanted } from './failures.ts';
import { kept } from './kept.ts';
import type { People } from './people.ts';
import { nextCursor } from './send.ts';
import { type Call, type Data, type Pause, repeatable } from './web.ts';

export type Places = {
  audience(channel: string): Promise<string>;
  /** Throws when it cannot be known. */
  kindOf(channel: string): Promise<PlaceKind>;
  /** As `audience`, but an error when it cannot be known. */
  audienceNow(channel: string): Promise<string>;
  access(person: PersonId, place: Pick<Message, 'channel' | 'audience'>): Promise<Access>;
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

  const kindOf = kept(60_000, now, async (channel: string): Promise<PlaceKind> => {
    if (channel.startsWith('D')) return 'direct';
    const { channel: found } = (await ask('conversations.info', { channel })) as { channel?: Data };
    // Outsiders read along in a shared channel: it gets a token of its own.
    if (found?.is_ext_shared || found?.is_org_shared || found?.is_pending_ext_shared) return 'shared';
    return found?.is_channel === true && found.is_private === false ? 'public' : 'private';
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

  async function audienceNow(channel: string): Promise<string> {
    return (await kindOf(channel)) === 'public' ? `slack:${team}:public` : `slack:${team}:${channel}`;
  }
  const audience = (channel: string) => audienceNow(channel).catch(() => `slack:${team}:${channel}`);

  /** Whether people read along there who may not read the public channels: guests, and those of other organisations. */
  async function outsiders(channel: string): Promise<boolean> {
    if ((await kindOf(channel)) === 'shared') return true;
    for (const user of await members(channel)) if (!(await people.inside(user))) return true;
    return false;
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

  const tokensShared = (user: string) =>
    shared(user).then(
      (found) => found.map((channel) => `slack:${team}:${channel}`),
      () => [],
    );

  return {
    direct,
    audience,
    forget(channel) {
      for (const known of [kindOf, members, nameOf]) known.drop(channel);
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
    audienceNow,
    kindOf,
    async access(person, place) {
      const channel = place.channel.split(':').at(-1) ?? '';
      const here = `slack:${team}:${channel}`;
      const everybodys = `slack:${team}:public`;
      // Who read along when it was asked may not be who reads along now.
      const open = place.audience === everybodys && (await audience(channel)) === everybodys;
      const now = open ? everybodys : here;
      if ((await people.person(person)).kind !== 'member') return { readable: [], audience: now };
      const user = person.split(':').at(-1) ?? '';
      const own = await direct(user);
      const tokens = [everybodys, `slack:${team}:${own}`];
      // Nobody else reads there: they may draw on all they may read.
      if (channel === own) return { readable: [...tokens, ...(await tokensShared(user))], audience: now };
      // Somebody else's direct messages are theirs alone.
      if (channel.startsWith('D')) return { readable: tokens, audience: now };
      const bound = await outsiders(channel).catch(() => true);
      if (open) return { readable: tokens, audience: now, ...(bound ? { only: here } : {}) };
      const inside = (await members(channel)).has(user) ? [here] : [];
      return { readable: [...(bound ? tokens.slice(1) : tokens), ...inside], audience: now };
    },
  };
}
