/** The contract of every index: found by words, never across access tokens, gone when removed. */
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MemoryKind } from '../../src/core/memory.ts';
import type { StoredMemory } from '../../src/core/memory-rows.ts';
import { queryWords } from '../../src/memory/words.ts';
import { type IndexBench, indexes } from './indexes.ts';
import { bobs, deploys, eng, stored } from './samples.ts';

describe.each(indexes.filter((one) => !one.skip))('$name', ({ open }) => {
  let bench: IndexBench;
  beforeEach(async () => {
    bench = await open();
  });
  afterEach(() => bench.close());

  async function put(...rows: StoredMemory[]) {
    await bench.rows.put(rows, '1');
    await bench.index.put(rows);
  }
  async function found(query: string, acls = [eng], limit = 10, kinds?: MemoryKind[]) {
    return bench.index.find({ words: queryWords(query), acls, limit, ...(kinds ? { kinds } : {}) });
  }

  test('words are found in any form, inside names, and one of several is enough', async () => {
    await put(stored('1', 'Café: see fly.toml of acme-web, fly_deploy_image, PR#12, user@host.io'));
    for (const query of ['CAFE', 'toml', 'webs', 'deploying', '12', 'host', 'what about toml please'])
      expect(await found(query), query).toEqual(['1']);
    for (const query of ['caf', 'nothing', '', 'the']) expect(await found(query), query).toEqual([]);
  });

  test('rows that say more of what was asked come first, a rare word weighs more, and the limit holds', async () => {
    await put(
      stored('common', 'the deploy of the page'),
      stored('other', 'the deploy of the week'),
      stored('rare', 'the rollback of it'),
      stored('both', 'the deploy and its rollback'),
      stored('more', 'a deploy'),
    );
    const all = await found('deploy rollback');
    // Which of the two is better is the re-scorer's to say.
    expect(all.slice(0, 2).sort()).toEqual(['both', 'rare']);
    expect(all).toHaveLength(5);
    expect(await found('deploy rollback', [eng], 2)).toHaveLength(2);
    expect(await found('deploy', [eng], 0)).toEqual([]);
  });

  test('no token, no row', async () => {
    await put(stored('1', 'deploy'), stored('2', 'deploy', { acl: bobs }));
    expect(await found('deploy', [])).toEqual([]);
    expect(await found('deploy', ['slack:T0ACME:C0RANDOM'])).toEqual([]);
    expect(await found('deploy', ['slack:T0ACME:C0EN%', '', 'slack'])).toEqual([]);
    expect((await found('deploy', [bobs, eng])).sort()).toEqual(['1', '2']);
  });

  test('many tokens filter as few do', async () => {
    await put(stored('1', 'deploy'), stored('2', 'deploy', { acl: bobs }));
    const many = Array.from({ length: 300 }, (_, index) => `slack:T0ACME:C${index}`);
    expect(await found('deploy', [...many, eng])).toEqual(['1']);
    expect(await found('deploy', many)).toEqual([]);
  });

  test('in a house where the word is everywhere, a few rows of one’s own are found all the same', async () => {
    const crowd = Array.from({ length: 1_500 }, (_, index) => stored(`foreign ${index}`, 'deploy', { acl: bobs }));
    await put(...crowd, stored('mine', 'a long text in which we deploy once and then speak of many other things'));
    expect(await found('deploy', [eng, deploys])).toEqual(['mine']);
    expect(await found('deploy', [bobs], 20)).toHaveLength(20);
  });

  test('only the kinds that were asked for', async () => {
    await put(stored('said', 'deploy'), stored('code', 'deploy', { kind: 'code' }));
    expect(await found('deploy', [eng], 10, ['code'])).toEqual(['code']);
    expect(await found('deploy', [eng], 10, [])).toEqual([]);
  });

  test('a row put again is replaced, words and token', async () => {
    await put(stored('1', 'deploy on Monday'));
    await put(stored('1', 'rollback on Friday', { acl: deploys }));
    expect(await found('monday', [eng, deploys])).toEqual([]);
    expect(await found('friday')).toEqual([]);
    expect(await found('friday', [deploys])).toEqual(['1']);
    expect(await bench.index.size()).toBe(1);
  });

  test('what is removed is found no more; removing it again is no error', async () => {
    await put(stored('1', 'zanzibar one'), stored('2', 'zanzibar two'));
    for (let repeat = 0; repeat < 2; repeat++) {
      await bench.rows.forget({ ids: ['1'] });
      await bench.index.remove(['1']);
    }
    expect(await found('zanzibar')).toEqual(['2']);
    await bench.index.remove([]);
  });

  test.each([
    '"',
    `'`,
    'deploy*',
    'words:deploy',
    'NEAR(deploy web)',
    `deploy' | '`,
    '!deploy',
    'deploy:*',
    'a\0b',
    '\ud800',
    '😀 हिन्दी',
    'x '.repeat(9_000),
  ])('query syntax is only words: %j', async (query) => {
    await put(stored('1', 'secret plans', { acl: bobs }));
    await expect(found(query)).resolves.toEqual([]);
  });

  test('any text can be put, and any query is answered, with rows of the given tokens only', async () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom('deploy web', 'web "page"', 'x OR y', '深圳湾'),
    );
    const tokens = [eng, deploys, bobs];
    const tokenOf = new Map<string, string>();
    await fc.assert(
      fc.asyncProperty(
        text,
        fc.constantFrom(...tokens),
        text,
        fc.subarray(tokens, { minLength: 1 }),
        async (said, acl, query, acls) => {
          const id = `row-${tokenOf.size}`;
          tokenOf.set(id, acl);
          await put(stored(id, said.toWellFormed(), { acl }));
          for (const one of await found(query, acls, 500)) expect(acls).toContain(tokenOf.get(one));
        },
      ),
      { numRuns: 60 },
    );
  });
});
