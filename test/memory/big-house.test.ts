/** FTS5 where lists of rows are too long to be read whole: what is rare, one's own or of the kind asked for is found all the same. */
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MemoryKind } from '../../src/core/memory.ts';
import { queryWords } from '../../src/memory/words.ts';
import { placeOf } from '../../src/store/memory-place.ts';
import { openTestStore, type TestStore } from '../store/open-test-store.ts';
import { bobs, eng, everybodys, stored } from './samples.ts';

let store: TestStore;

/** So many rows of the same words, by one statement. */
function crowd(count: number, name: string, words: string, acl: string, kind: MemoryKind = 'message'): void {
  const database = new DatabaseSync(join(store.directory, 'sophia.db'));
  database
    .prepare(
      `with recursive numbers (number) as (select 1 union all select number + 1 from numbers where number < ?)
       insert into memories (id, acl, kind, text, words, at, tainted, place)
       select ? || number, ?, ?, ?, ?, '2026-03-02T09:00:00.000Z', 1, ? from numbers`,
    )
    .run(count, name, acl, kind, words, words, placeOf(acl, kind));
  database.close();
}

async function found(query: string, acls: string[], limit = 20, kinds?: MemoryKind[]): Promise<string[]> {
  return store.textIndex.find({ words: queryWords(query), acls, limit, ...(kinds ? { kinds } : {}) });
}

beforeAll(async () => {
  store = await openTestStore();
  await store.memories.put(
    [
      stored('old', 'zebra zeppelin of long ago', { acl: everybodys }),
      stored('mine', 'a zebra, seen once', { acl: eng }),
      stored('code', 'function zebra', { acl: everybodys, kind: 'code' }),
    ],
    '1',
  );
  crowd(20_500, 'filler ', 'quagga', everybodys);
  crowd(5_500, 'zeppelin ', 'zeppelin', everybodys);
  crowd(5_500, 'zebra ', 'zebra', bobs);
  await store.memories.put([stored('secret', 'the okapi', { acl: bobs })], '1');
});
afterAll(() => store.close());

test('of words that are everywhere, the row that holds all of them comes first, however old', async () => {
  expect((await found('zebra zeppelin', [everybodys, bobs]))[0]).toBe('old');
});

test('the newest rows of a word that is everywhere are proposed, as many as wanted', async () => {
  const proposed = await found('zeppelin', [everybodys]);
  expect(proposed).toHaveLength(20);
  expect(proposed).toContain('zeppelin 5500');
});

test('where others’ rows hold all the newest places of a word, one’s own are found', async () => {
  expect((await found('zebra', [everybodys, eng])).sort()).toEqual(['code', 'mine', 'old']);
  expect(await found('zebra', [eng])).toEqual(['mine']);
});

test('the kind asked for is found among very many of another', async () => {
  expect(await found('zebra', [everybodys, bobs, eng], 20, ['code'])).toEqual(['code']);
  expect(await found('zeppelin', [everybodys], 20, ['code'])).toEqual([]);
});

test('a rare word that only others said does not keep the asker from what the other words find', async () => {
  expect(await found('okapi zebra', [everybodys, eng])).toEqual(await found('zebra', [everybodys, eng]));
});
