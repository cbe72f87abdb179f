/** The contract of the memory rows: found by words, never across access tokens, and gone when forgotten. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { MemoryRow } from '../../src/core/memory.ts';
import { onEachDatabase } from './on-each-database.ts';
import { alice, asked, bob } from './samples.ts';

const row = (id: string, text: string, over: Partial<MemoryRow> = {}): MemoryRow => ({
  id,
  acl: 'slack:T0ACME:C0ENG',
  kind: 'message',
  text,
  person: alice,
  thread: 'slack:T0ACME:C0ENG:1.1',
  at: asked,
  tainted: true,
  source: null,
  ...over,
});

const eng = ['slack:T0ACME:C0ENG'];

onEachDatabase((bench) => {
  const found = async (query: string, acls = eng, limit = 10) =>
    (await bench.store.memories.search(query, acls, limit)).map((one) => one.id);

  test('a row comes back whole, with a score', async () => {
    const own = row('1', 'We deploy on Mondays.', {
      person: null,
      thread: null,
      tainted: false,
      source: null,
      kind: 'fact',
    });
    await bench.store.memories.put(own);
    expect(await bench.store.memories.search('deploy', eng, 10)).toEqual([{ ...own, score: expect.any(Number) }]);
  });

  test('words are found in any case, without accents, inside names, and one of several is enough', async () => {
    await bench.store.memories.put(row('1', 'Café: see fly.toml of acme-web, fly_deploy_image, PR#12, user@host.io'));
    for (const query of ['CAFE', 'café', 'fly', 'toml', 'web', 'deploy', '12', 'host', 'what about toml please'])
      expect(await found(query), query).toEqual(['1']);
    for (const query of ['caf', 'webs', 'nothing', '']) expect(await found(query), query).toEqual([]);
  });

  test('rows that say more of what was asked come first, a rare word weighs more, and the limit holds', async () => {
    await bench.store.memories.put(row('common', 'the deploy of the page'));
    await bench.store.memories.put(row('other', 'the deploy of the week'));
    await bench.store.memories.put(row('rare', 'the rollback'));
    await bench.store.memories.put(row('both', 'the deploy and its rollback'));
    expect((await found('deploy rollback'))[0]).toBe('both');
    expect((await found('deploy rollback'))[1]).toBe('rare');
    expect(await found('deploy rollback', eng, 2)).toHaveLength(2);
    expect(await found('deploy', eng, 0)).toEqual([]);
  });

  test('of equals the younger comes first', async () => {
    await bench.store.memories.put(row('old', 'deploy', { at: '2026-01-01T00:00:00.000Z' }));
    await bench.store.memories.put(row('new', 'deploy', { at: '2026-02-01T00:00:00.000Z' }));
    expect(await found('deploy')).toEqual(['new', 'old']);
  });

  test('no token, no row', async () => {
    await bench.store.memories.put(row('1', 'deploy'));
    await bench.store.memories.put(row('2', 'deploy', { acl: 'slack:T0ACME:D0BOB' }));
    expect(await found('deploy', [])).toEqual([]);
    expect(await found('deploy', ['slack:T0ACME:C0RANDOM'])).toEqual([]);
    expect(await found('deploy', ['slack:T0ACME:C0EN%', '', 'slack'])).toEqual([]);
    expect(await found('deploy', ['slack:T0ACME:D0BOB', ...eng])).toHaveLength(2);
  });

  test('a put of the same id replaces the row in the index too', async () => {
    await bench.store.memories.put(row('1', 'deploy on Monday'));
    await bench.store.memories.put(row('1', 'rollback on Friday', { acl: 'slack:T0ACME:C0DEPLOYS' }));
    expect(await found('monday')).toEqual([]);
    expect(await found('friday')).toEqual([]);
    expect(await found('friday', ['slack:T0ACME:C0DEPLOYS'])).toEqual(['1']);
  });

  test('what is forgotten is found no more, and its words leave the tables', async () => {
    await bench.store.memories.put(row('1', 'zanzibar one'));
    await bench.store.memories.put(row('2', 'zanzibar two', { person: bob }));
    await bench.store.memories.put(row('3', 'zanzibar three', { person: bob, thread: 'other' }));
    const { memories } = bench.store;
    expect(await memories.forget({ person: bob, thread: 'other' })).toBe(1);
    expect(await found('zanzibar')).toEqual(expect.arrayContaining(['1', '2']));
    expect(await memories.forget({ person: bob })).toBe(1);
    expect(await memories.forget({ id: '1' })).toBe(1);
    expect(await memories.forget({ thread: 'nowhere' })).toBe(0);
    expect(await found('zanzibar')).toEqual([]);
    expect(await bench.raw('select * from memories')).toEqual([]);
  });

  test('forgetting nothing in particular is refused: it would forget everything', async () => {
    await bench.store.memories.put(row('1', 'deploy'));
    await expect(bench.store.memories.forget({})).rejects.toMatchObject({ code: 'bad_input' });
    expect(await found('deploy')).toEqual(['1']);
  });

  test.each([
    '"',
    `'`,
    '"deploy',
    'deploy*',
    'text:deploy',
    'NEAR(deploy web)',
    'deploy AND NOT web',
    '(deploy',
    `deploy' | '`,
    '!deploy',
    'deploy:*',
    'a\0b',
    '\ud800',
    '😀 深圳 हिन्दी',
    `${'x'.repeat(10_000)} ${'y '.repeat(5_000)}`,
  ])('query syntax is only words: %j', async (query) => {
    await bench.store.memories.put(row('1', 'secret plans', { acl: 'elsewhere' }));
    await expect(found(query)).resolves.toEqual([]);
  });

  test('any text can be put, and any query is answered, with rows of the given tokens only', async () => {
    const text = fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('deploy web', 'web "page"', 'x OR y', '深圳'));
    const tokens = ['a', 'b', 'c'];
    let count = 0;
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom(...tokens),
        text,
        fc.subarray(tokens, { minLength: 1 }),
        async (said, acl, query, acls) => {
          await bench.store.memories.put(row(`row-${count++}`, said, { acl }));
          const rows = await bench.store.memories.search(query, acls, 500);
          for (const one of rows) expect(acls).toContain(one.acl);
        },
      ),
      { numRuns: 100 },
    );
  });

  test('a text of a whole book is put and found', async () => {
    const book = Array.from({ length: 20_000 }, (_, index) => `word${index}`).join(' ');
    await bench.store.memories.put(row('1', book));
    expect(await found('word7')).toEqual(['1']);
  });
});
