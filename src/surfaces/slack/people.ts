/** Who somebody is, asked of Slack and kept for a minute; not knowing is an error, never a member. */
import { z } from 'zod';
import { SophiaError } from '../../core/error.ts';
import type { Person, PersonId } from '../../core/person.ts';
import { wanted } from './failures.ts';
import { kept } from './kept.ts';
import { nextCursor } from './send.ts';
import { type Call, type Pause, repeatable } from './web.ts';

const userSchema = z.object({
  id: z.string(),
  team_id: z.string().optional(),
  name: z.string().optional(),
  real_name: z.string().optional(),
  deleted: z.boolean().optional(),
  is_bot: z.boolean().optional(),
  is_restricted: z.boolean().optional(),
  is_ultra_restricted: z.boolean().optional(),
  is_stranger: z.boolean().optional(),
  is_app_user: z.boolean().optional(),
  tz: z.string().optional(),
  locale: z.string().optional(),
  profile: z.object({ display_name: z.string().optional(), real_name: z.string().optional() }).optional(),
});
const groupsSchema = z.array(z.object({ id: z.string(), handle: z.string(), date_delete: z.number().optional() }));
type User = z.infer<typeof userSchema>;

export type People = {
  person(id: PersonId): Promise<Person>;
  group(name: string): Promise<PersonId[]>;
  /** For history: the name, or the id when it cannot be known. */
  nameOf(user: string): Promise<string>;
  /** Whether a user of Slack is a full member of the workspace, or a bot of it. */
  inside(user: string): Promise<boolean>;
  /** Somebody changed: who they are is asked anew. */
  forget(user: string): void;
};

export function createPeople(options: { call: Call; team: string; now: () => Date; pause: Pause }): People {
  const { call, team, now, pause } = options;
  const look = kept(60_000, now, async (user: string): Promise<User> => {
    const data = wanted('users.info', await repeatable(call, 'users.info', { user, include_locale: true }, pause));
    const parsed = userSchema.safeParse(data.user);
    if (!parsed.success)
      throw new SophiaError('internal', 'Slack did not say who this person is.', { cause: parsed.error });
    return parsed.data;
  });
  const groups = kept(30_000, now, async (_all: string) => {
    const data = wanted('usergroups.list', await repeatable(call, 'usergroups.list', {}, pause));
    return groupsSchema.parse(data.usergroups);
  });
  const members = kept(30_000, now, async (usergroup: string) => {
    const data = wanted('usergroups.users.list', await repeatable(call, 'usergroups.users.list', { usergroup }, pause));
    return z.array(z.string()).parse(data.users);
  });

  /** Those who changed since all were asked for: a changed status says so too, and must not mean to ask for all again. */
  const doubtful = new Set<string>();
  const everybody = kept(600_000, now, async (_all: string) => {
    doubtful.clear();
    const inside = new Set<string>();
    let cursor = '';
    do {
      const args = { limit: 1000, ...(cursor ? { cursor } : {}) };
      const data = wanted('users.list', await repeatable(call, 'users.list', args, pause));
      for (const one of Array.isArray(data.members) ? data.members : []) {
        const user = userSchema.safeParse(one);
        if (user.success && isInside(kind(user.data, team))) inside.add(user.data.id);
      }
      cursor = nextCursor(data);
    } while (cursor !== '');
    return inside;
  });

  async function person(id: PersonId): Promise<Person> {
    const [, home, user] = id.split(':');
    if (!home || !user) throw new SophiaError('bad_input', `not a Slack person: ${id}`);
    const found = await look(user);
    const person: Person = { id, name: displayName(found), kind: home === team ? kind(found, team) : 'external' };
    return {
      ...person,
      ...(found.tz ? { timeZone: found.tz } : {}),
      ...(found.locale ? { locale: found.locale } : {}),
    };
  }

  return {
    person,
    async group(name) {
      const handle = name.replace(/^@/, '');
      const found = (await groups('all')).find((group) => group.id === handle || group.handle === handle);
      if (!found || found.date_delete) throw new SophiaError('not_found', `is in ${name}: there is no such user group`);
      const all = await Promise.all((await members(found.id)).map((user) => person(`slack:${team}:${user}`)));
      return all.filter((one) => one.kind === 'member').map((one) => one.id);
    },
    async inside(user) {
      const all = await everybody('all');
      return (all.has(user) && !doubtful.has(user)) || isInside((await person(`slack:${team}:${user}`)).kind);
    },
    forget(user) {
      look.drop(user);
      doubtful.add(user);
    },
    async nameOf(user) {
      return look(user).then(displayName, () => user);
    },
  };
}

function displayName(user: User): string {
  return user.profile?.display_name || user.profile?.real_name || user.real_name || user.name || user.id;
}

function isInside(kind: Person['kind']): boolean {
  return kind === 'member' || kind === 'bot';
}

function kind(user: User, team: string): Person['kind'] {
  if (user.id === 'USLACKBOT') return 'bot';
  // Whoever left is no longer one of ours.
  if (user.is_stranger || user.deleted || (user.team_id !== undefined && user.team_id !== team)) return 'external';
  if (user.is_bot) return 'bot';
  return user.is_restricted || user.is_ultra_restricted ? 'guest' : 'member';
}
