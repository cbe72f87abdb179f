/** Memory: nothing is recalled that the asker or anybody who reads the answer may not see. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemoryRow, MemoryRows } from '../../src/core/memory.ts';
import { createMemory } from '../../src/memory/recall.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';

const eng = 'slack:T0ACME:C0ENG';
const deploys = 'slack:T0ACME:C0DEPLOYS';
const everybodys = 'slack:T0ACME:public';
const ownMessages = 'slack:T0ACME:D0ALICE';
const now = () => new Date('2026-03-02T10:00:00.000Z');

let store: TestStore;
beforeEach(async () => {
  store = await openTestStore();
});
afterEach(() => store.close());

const row = (text: string, over: Partial<Omit<MemoryRow, 'id'>> = {}): Omit<MemoryRow, 'id'> => ({
  acl: eng,
  kind: 'message',
  text,
  person: 'slack:T0ACME:U0ALICE',
  thread: 'slack:T0ACME:C0ENG:1.1',
  at: '2026-03-02T09:00:00.000Z',
  tainted: true,
  source: null,
  ...over,
});

async function recalled(query: string, readable: string[], audience: string, maxCharacters = 10_000) {
  const memory = createMemory({ rows: store.memories, now });
  return (await memory.recall(query, { readable, audience }, maxCharacters)).map((one) => one.text);
}

describe('who may hear it', () => {
  beforeEach(async () => {
    const memory = createMemory({ rows: store.memories, now });
    await memory.remember(row('deploy: eng', { acl: eng }));
    await memory.remember(row('deploy: deploys', { acl: deploys }));
    await memory.remember(row('deploy: public', { acl: everybodys }));
    await memory.remember(row('deploy: alice', { acl: ownMessages }));
    await memory.remember(row('deploy: bob', { acl: 'slack:T0ACME:D0BOB' }));
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
  const leaking: MemoryRows = {
    ...store.memories,
    search: async () => [
      { ...row('deploy: bob', { acl: 'slack:T0ACME:D0BOB' }), id: '1', score: 9 },
      { ...row('deploy: eng'), id: '2', score: 1 },
    ],
  };
  const memory = createMemory({ rows: leaking, now });
  const found = await memory.recall('deploy', { readable: [eng], audience: eng }, 1_000);
  expect(found.map((one) => one.id)).toEqual(['2']);
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
  const memory = createMemory({ rows: store.memories, now });
  for (const acl of tokens)
    for (const text of ['deploy web', 'rollback']) await memory.remember(row(`${text} ${acl}`, { acl }));
  let heard = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom('deploy', 'rollback web', 'web OR "x'),
      fc.subarray(tokens),
      fc.oneof(fc.constantFrom(...tokens), fc.string()),
      async (query, readable, audience) => {
        const found = await memory.recall(query, { readable, audience }, 10_000);
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

test('whole rows are packed, best first, into the given room', async () => {
  const memory = createMemory({ rows: store.memories, now });
  await memory.remember(row('deploy rollback'));
  await memory.remember(row(`deploy ${'long '.repeat(50)}`));
  await memory.remember(row('deploy page'));
  expect(await recalled('deploy rollback', [eng], eng)).toHaveLength(3);
  expect(await recalled('deploy rollback', [eng], eng, 26)).toEqual(['deploy rollback', 'deploy page']);
  expect(await recalled('deploy rollback', [eng], eng, 14)).toEqual(['deploy page']);
  expect(await recalled('deploy rollback', [eng], eng, 0)).toEqual([]);
});

test('of rows that fit alike the younger comes first', async () => {
  const memory = createMemory({ rows: store.memories, now });
  await memory.remember(row('deploy old', { at: '2025-03-02T09:00:00.000Z' }));
  await memory.remember(row('deploy new', { at: '2026-03-01T09:00:00.000Z' }));
  await memory.remember(row('deploy mid', { at: '2026-01-01T09:00:00.000Z' }));
  expect(await recalled('deploy', [eng], eng)).toEqual(['deploy new', 'deploy mid', 'deploy old']);
});

test('empty text is not remembered, and the same row twice is one', async () => {
  const memory = createMemory({ rows: store.memories, now });
  await memory.remember(row(' \n'));
  for (let repeat = 0; repeat < 3; repeat++) await memory.remember(row('deploy \ud800 web'));
  expect(await recalled('deploy web', [eng], eng)).toEqual(['deploy \uFFFD web']);
});

test('a row under a malformed token is refused', async () => {
  const memory = createMemory({ rows: store.memories, now });
  await expect(memory.remember(row('deploy', { acl: '' }))).rejects.toMatchObject({ code: 'bad_input' });
});
