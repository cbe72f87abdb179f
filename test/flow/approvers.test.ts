/** Whom the names of a policy mean: some are known, some are asked elsewhere each time, and silence means nobody. */
import { expect, test } from 'vitest';
import { createRoster, type Directory, isLive } from '../../src/flow/approvers.ts';

const plan = { target: 'fly:acme-web' };
function roster(directory?: Partial<Directory>) {
  const asked: string[] = [];
  const made = createRoster({
    roles: { admins: ['dan'], release: ['alice', 'slack:T2:bob'] },
    logins: { alice: 'alice-gh', bob: 'bob-gh' },
    admins: ['alice', 'alice'],
    personId: (short) => `slack:T1:${short}`,
    directory: directory && {
      group: async (name) => {
        asked.push(name);
        return ['slack:T1:gina', 'slack:T1:gina'];
      },
      mayWrite: async (login, repository) => {
        asked.push(`${login} ${repository}`);
        return login === 'bob-gh';
      },
      ...directory,
    },
  });
  return { ...made, asked };
}
const resolved = async (
  names: string[],
  at: Parameters<ReturnType<typeof roster>['resolve']>[1] = plan,
  made = roster({}),
) => made.resolve(names, at);

test('admins are those of the settings and of the document, each once', () => {
  expect(roster().admins).toEqual(['slack:T1:alice', 'slack:T1:dan']);
});

test('roles and people are known without asking; a whole id stays as it is; nobody is known of a group', () => {
  const { known } = roster();
  expect(known(['release', 'carol', 'release'])).toEqual(['slack:T1:alice', 'slack:T2:bob', 'slack:T1:carol']);
  expect(known(['admins'])).toEqual(['slack:T1:alice', 'slack:T1:dan']);
  expect(known(['group:@oncall', 'github:write'])).toEqual([]);
});

test('a group is asked by its name, and each of it counts once', async () => {
  const made = roster({});
  expect(await made.resolve(['group:@oncall', 'carol'], plan)).toEqual({
    named: [
      { selector: 'group:@oncall', people: ['slack:T1:gina'] },
      { selector: 'carol', people: ['slack:T1:carol'] },
    ],
    unread: [],
  });
  expect(made.asked).toEqual(['@oncall']);
});

test.each([
  [{ target: 'github:acme/web#12' }, 'acme/web'],
  [{ target: 'github:acme/web' }, 'acme/web'],
  [{ target: 'fly:x', repository: 'acme/api' }, 'acme/api'],
  [{ target: 'github:acme/web#1', repository: 'acme/api' }, 'acme/api'],
])('the right to write is asked for the repository of %j', async (at, repository) => {
  const made = roster({});
  expect((await made.resolve(['github:write'], at)).named).toEqual([
    { selector: 'github:write', people: ['slack:T1:bob'] },
  ]);
  expect(made.asked).toEqual([`alice-gh ${repository}`, `bob-gh ${repository}`]);
});

test.each([
  { target: 'fly:acme-web' },
  { target: 'xgithub:acme/web' },
  { target: 'github:acme' },
  { target: 'github:a b/c' },
  { target: 'github:/web' },
])('%j comes from no repository: nobody, and why', async (at) => {
  expect(await resolved(['github:write'], at)).toEqual({
    named: [{ selector: 'github:write', people: [] }],
    unread: ['github:write: this comes from no repository'],
  });
});

test('what cannot be asked names nobody and says why', async () => {
  const away = roster({
    group: () => Promise.reject(new Error('Slack is away')),
    mayWrite: () => Promise.reject('gone'),
  });
  expect(await away.resolve(['group:@oncall'], plan)).toEqual({
    named: [{ selector: 'group:@oncall', people: [] }],
    unread: ['group:@oncall: Slack is away'],
  });
  expect((await away.resolve(['github:write'], { target: 'github:acme/web' })).unread).toEqual(['github:write: gone']);
  expect((await roster().resolve(['group:@oncall'], plan)).unread).toEqual(['group:@oncall: nobody can be asked here']);
});

test.each([
  ['group:@oncall', true],
  ['github:write', true],
  ['github:read', false],
  ['admins', false],
  ['mygroup:x', false],
])('%s is asked elsewhere: %s', (name, live) => {
  expect(isLive(name)).toBe(live);
});
