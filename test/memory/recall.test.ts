/** Memory: nothing is recalled that the asker or anybody who reads the answer may not see. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { createMemory } from '../../src/memory/index.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { bobs, deploys, eng, everybodys, alices as ownMessages, said as row } from './samples.ts';

const now = () => new Date('2026-03-02T10:00:00.000Z');

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const open = () => createMemory({ rows: store.memories, index: store.textIndex, now });

async function recalled(query: string, readable: string[], audience: string, maxTokens = 10_000) {
  return (await open().recall(query, { readable, audience }, { maxTokens })).map((one) => one.text);
}

describe('who may hear it', () => {
  beforeEach(async () => {
    const memory = open();
    await memory.remember(row('deploy: eng', { acl: eng }));
    await memory.remember(row('deploy: deploys', { acl: deploys }));
    await memory.remember(row('deploy: public', { acl: everybodys }));
    await memory.remember(row('deploy: alice', { acl: ownMessages }));
    await memory.remember(row('deploy: bob', { acl: bobs }));
    await memory.remember(row('deploy: other team', { acl: 'slack:T0EVIL:public' }));
  });
  const alices = [eng, deploys, everybodys, ownMessages];

  test('in a channel: its own rows and the public ones', async () => {
    expect((await recalled('deploy', alices, eng)).sort()).toEqual(['deploy: eng', 'deploy: public']);
  });

  test('in a public channel: the public ones', async () => {
    expect(await recalled('deploy', alices, everybodys)).toEqual(['deploy: public']);
  });

  test('in the asker’s own direct messages: all the asker may read', async () => {
    expect((await recalled('deploy', alices, ownMessages)).sort()).toEqual([
      'deploy: alice',
      'deploy: deploys',
      'deploy: eng',
      'deploy: public',
    ]);
  });

  test('in somebody else’s direct messages: nothing', async () => {
    expect(await recalled('deploy', alices, 'slack:T0ACME:D0BOB')).toEqual([]);
  });

  test('a guest who may not read the public channels hears only the channel', async () => {
    expect(await recalled('deploy', [eng], eng)).toEqual(['deploy: eng']);
  });

  test('a place the asker may not read gives nothing, not even what is public', async () => {
    expect(await recalled('deploy', [everybodys, deploys], eng)).toEqual([]);
  });

  test('another team’s tokens give nothing, however readable', async () => {
    expect(await recalled('deploy', [...alices, 'slack:T0EVIL:public'], ownMessages)).not.toContain(
      'deploy: other team',
    );
    expect(await recalled('deploy', ['slack:T0EVIL:public', 'slack:T0EVIL:C1'], 'slack:T0EVIL:C1')).toEqual([
      'deploy: other team',
    ]);
  });

  test.each([
    '',
    'slack',
    'slack:',
    'slack:T0ACME',
    'slack:T0ACME:',
    'slack::D0ALICE',
    'slack:T0ACME:D0ALICE:1.1',
    ' slack:T0ACME:D0ALICE',
    'slack:T0ACME:D0ALICE\n',
    'slack:T0ACME:*',
    'mail:T0ACME:D0ALICE',
  ])('a malformed or foreign audience gives nothing: %j', async (audience) => {
    expect(await recalled('deploy', alices, audience)).toEqual([]);
  });

  test('nobody’s tokens give nothing', async () => {
    expect(await recalled('deploy', [], eng)).toEqual([]);
  });
});

test('an index that hands out foreign rows is not believed', async () => {
  const memory = open();
  const foreign = await memory.remember(row('deploy: bob', { acl: bobs }));
  const own = await memory.remember(row('deploy: eng'));
  const leaking = { ...store.textIndex, find: async () => [foreign ?? '', own ?? '', 'made up'] };
  const found = await createMemory({ rows: store.memories, index: leaking, now }).recall(
    'deploy',
    { readable: [eng], audience: eng },
    { maxTokens: 1_000 },
  );
  expect(found.map((one) => one.id)).toEqual([own]);
});

test('no foreign row ever comes back, whatever is stored, readable and asked', async () => {
  const tokens = [
    eng,
    deploys,
    everybodys,
    ownMessages,
    'slack:T0ACME:D0BOB',
    'slack:T0EVIL:public',
    'slack:T0EVIL:D1',
  ];
  const memory = open();
  for (const acl of tokens)
    for (const text of ['deploy web', 'rollback']) await memory.remember(row(`${text} ${acl}`, { acl }));
  let heard = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('deploy', 'rollback web', 'web OR "x'),
      fc.subarray(tokens),
      fc.oneof(fc.constantFrom(...tokens), fc.string()),
      async (query, readable, audience) => {
        const found = await memory.recall(query, { readable, audience }, { maxTokens: 10_000 });
        heard += found.length;
        const team = audience.split(':')[1] ?? '';
        const direct = /^slack:\w+:D\w+$/.test(audience);
        for (const { acl } of found) {
          expect(readable).toContain(acl);
          expect(acl.split(':')[1]).toBe(team);
          if (!direct) expect([audience, `slack:${team}:public`]).toContain(acl);
          else expect(readable).toContain(audience);
        }
      },
    ),
    { numRuns: 300 },
  );
  expect(heard).toBeGreaterThan(0);
});

test('of rows that fit alike the younger comes first', async () => {
  const memory = open();
  await memory.remember(row('deploy old', { at: '2025-03-02T09:00:00.000Z' }));
  await memory.remember(row('deploy new', { at: '2026-03-01T09:00:00.000Z' }));
  await memory.remember(row('deploy mid', { at: '2026-01-01T09:00:00.000Z' }));
  expect(await recalled('deploy', [eng], eng)).toEqual(['deploy new', 'deploy mid', 'deploy old']);
});

test('empty text is not remembered, and the same row twice is one', async () => {
  const memory = open();
  await memory.remember(row(' \n'));
  for (let repeat = 0; repeat < 3; repeat++) await memory.remember(row('deploy \ud800 web'));
  expect(await recalled('deploy web', [eng], eng)).toEqual(['deploy \uFFFD web']);
});

test('a row under a malformed token is refused', async () => {
  const memory = open();
  await expect(memory.remember(row('deploy', { acl: '' }))).rejects.toMatchObject({ code: 'bad_input' });
});
