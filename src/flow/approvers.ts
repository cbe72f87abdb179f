/** Who a policy means by the names it writes: roles, people, user groups and rights elsewhere, the last two asked live. */
import type { PolicyQuestion } from '../core/job.ts';
import type { PersonId } from '../core/person.ts';

/** What is asked of the outside each time; a throw means that it cannot be known. */
export type Directory = {
  /** Full members of a user group, by id or handle. */
  group(name: string): Promise<PersonId[]>;
  /** Whether this GitHub login may write to `owner/name`. */
  mayWrite(login: string, repository: string): Promise<boolean>;
};

export type Named = { selector: string; people: PersonId[] };
/** `unread`: selectors nobody could be found for, with why. They add nobody. */
export type Resolved = { named: Named[]; unread: string[] };

export type Roster = {
  admins: PersonId[];
  /** Roles and people, known without asking. */
  known(names: string[]): PersonId[];
  resolve(names: string[], plan: PolicyQuestion['plan']): Promise<Resolved>;
};

export function createRoster(parts: {
  roles: Record<string, string[]>;
  logins: Record<string, string>;
  admins: string[];
  personId(short: string): string;
  directory: Directory | undefined;
}): Roster {
  const { roles, logins, directory } = parts;
  const personId = (id: string) => (id.includes(':') ? id : parts.personId(id));
  const distinct = (ids: string[]) => [...new Set(ids)];
  const admins = distinct([...parts.admins, ...(roles.admins ?? [])].map(personId));
  const plainly = (name: string): string[] | null => {
    if (name === 'admins') return admins;
    if (roles[name]) return roles[name].map(personId);
    return isLive(name) ? null : [personId(name)];
  };

  async function look(name: string, plan: PolicyQuestion['plan']): Promise<PersonId[]> {
    const plain = plainly(name);
    if (plain) return plain;
    if (!directory) throw new Error('nobody can be asked here');
    if (name.startsWith('group:')) return directory.group(name.slice('group:'.length));
    const repository = repositoryOf(plan);
    if (repository === null) throw new Error('this comes from no repository');
    const asked = Object.entries(logins).map(async ([person, login]) =>
      (await directory.mayWrite(login, repository)) ? [personId(person)] : [],
    );
    return (await Promise.all(asked)).flat();
  }

  return {
    admins,
    known: (names) => distinct(names.flatMap((name) => plainly(name) ?? [])),
    async resolve(names, plan) {
      const unread: string[] = [];
      const named = names.map(async (selector) => {
        try {
          return { selector, people: distinct(await look(selector, plan)) };
        } catch (error) {
          unread.push(`${selector}: ${error instanceof Error ? error.message : String(error)}`);
          return { selector, people: [] };
        }
      });
      return { named: await Promise.all(named), unread };
    },
  };
}

/** Whether a name has to be asked for elsewhere each time. */
export function isLive(name: string): boolean {
  return name.startsWith('group:') || name === 'github:write';
}

function repositoryOf({ repository, target }: PolicyQuestion['plan']): string | null {
  return repository ?? /^github:([^#/\s]+\/[^#/\s]+)/.exec(target)?.[1] ?? null;
}
