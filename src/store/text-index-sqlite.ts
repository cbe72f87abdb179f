/** Candidates from FTS5: its lists of rows are read one word at a time, rarest first, and scored here; the table has the last word on access. */
import { setImmediate as othersTurn } from 'node:timers/promises';
import { sql } from 'kysely';
import type { IndexQuery } from '../core/recall-index.ts';
import { kindWord, tokenWord } from './memory-place.ts';
import type { Sql } from './schema.ts';
import { keepCounts } from './text-index-counts.ts';

/** Beyond this many tokens the table's own column filters alone: a long expression costs more than it spares. */
const mostTokens = 60;
/** About as many rows are scored; with more than that to find, the commonest words are left to the re-scorer. */
const mostScored = 5_000;
/** The index leaves out what is foreign where this many rows at most may be read; else the table does, best rows first. */
const mostWalked = 20_000;
const mostCounted = mostWalked + 1;
/** Rows looked up at once for each one wanted, and in all. */
const looksForEach = 2;
const mostLooked = 4_000;
/** With fewer than this share of what was wanted, it is worth asking anew. */
const fewest = 0.25;

type Filter = { match: string; rows: number };
type Counted = { word: string; rows: number };
/** `whole`: of every row that holds any of the words. */
type Scored = { scores: Map<number, number>; whole: boolean };
type Looked = { number: number; id: string; acl: string; kind: string; length: number };

export function createFindInSqlite(db: Sql): (query: IndexQuery) => Promise<string[]> {
  const count = async (terms: string[]): Promise<number[]> => {
    const all: number[] = [];
    for (const term of terms) {
      const { rows } = await sql<{ rows: number }>`select count(*) as rows from
        (select 1 from memories_fts where memories_fts match ${term} limit ${mostCounted})`.execute(db);
      all.push(Number(rows[0]?.rows ?? 0));
    }
    return all;
  };
  const countOfWords = keepCounts(count);
  // How many rows a place has only decides on the way they are looked for.
  const countOfPlaces = keepCounts(count, 0);

  return async ({ words, acls, kinds, limit }) => {
    const filters = [
      await filterOf(acls.length <= mostTokens ? acls.map(tokenWord) : []),
      await filterOf((kinds ?? []).map(kindWord)),
    ].filter((one) => one !== null);
    const readable = new Set(acls);
    const narrow = filters.filter((one) => one.rows <= mostWalked);
    const best = await scored(words, narrow, limit);
    const found = await permitted(best.scores);
    // Others' rows crowded theirs out: now the index leaves them out.
    const crowded = found.length < limit * fewest && !best.whole && filters.length > narrow.length;
    return crowded ? permitted((await scored(words, filters, limit)).scores) : found;

    async function permitted(scores: Map<number, number>): Promise<string[]> {
      await othersTurn();
      const numbers = inOrder(scores).slice(0, mostLooked);
      const seen: { id: string; score: number }[] = [];
      let looked = 0;
      while (seen.length < limit && looked < numbers.length) {
        const some = numbers.slice(looked, looked + limit * looksForEach);
        looked += some.length;
        for (const row of await look(some))
          if (readable.has(row.acl) && (!kinds || kinds.some((kind) => kind === row.kind)))
            seen.push({ id: row.id, score: (scores.get(row.number) ?? 0) / (3 + Math.log(1 + row.length)) });
      }
      seen.sort((one, other) => other.score - one.score);
      return seen.slice(0, limit).map((row) => row.id);
    }
  };

  async function filterOf(words: string[]): Promise<Filter | null> {
    if (words.length === 0) return null;
    const counts = await countOfPlaces(words.map((word) => `place : ${quoted(word)}`));
    return { match: `place : (${words.map(quoted).join(' OR ')})`, rows: counts.reduce((sum, rows) => sum + rows, 0) };
  }

  /** What the words are worth that a row holds, by its number; newer rows come later in the table and sooner here. */
  async function scored(words: string[], filters: Filter[], limit: number): Promise<Scored> {
    const most = Math.min(...filters.map((one) => one.rows), Number.POSITIVE_INFINITY);
    const counts = await countOfWords(words.map((word) => `words : ${quoted(word)}`));
    const counted: Counted[] = words.map((word, index) => ({ word, rows: counts[index] ?? 0 }));
    const known = counted.filter(({ rows }) => rows > 0).sort((one, other) => one.rows - other.rows);
    const scores = new Map<number, number>();
    const add = async (some: Counted[], take: number) => {
      const worth = some.reduce((sum, { rows }) => sum + Math.log(1 + 1_000_000 / rows), 0);
      const match = [
        ...filters.map((one) => one.match),
        `words : (${some.map(({ word }) => quoted(word)).join(' AND ')})`,
      ];
      const numbers = await newest(match.join(' AND '), take);
      for (const number of numbers) scores.set(number, (scores.get(number) ?? 0) + worth);
      return numbers.length;
    };
    let room = mostScored;
    let whole = true;
    for (const [place, one] of known.entries()) {
      if (Math.min(one.rows, most) <= room) room -= await add([one], room);
      else {
        whole = false;
        if (scores.size >= limit) break;
        // Too common to read whole: the newest rows that hold all that is left, and the newest that hold any of it.
        const common = known.slice(place);
        await add(common, limit);
        for (const each of common) await add([each], Math.ceil(room / common.length));
        break;
      }
    }
    return { scores, whole: whole && scores.size <= mostLooked };
  }

  /** One text for all numbers: an object for each row would cost more than finding it. */
  async function newest(match: string, limit: number): Promise<number[]> {
    const { rows } = await sql<{ numbers: string }>`select json_group_array(number) as numbers from
      (select rowid as number from memories_fts
       where memories_fts match ${match} order by rowid desc limit ${limit})`.execute(db);
    return JSON.parse(rows[0]?.numbers ?? '[]') as number[];
  }

  async function look(numbers: number[]): Promise<Looked[]> {
    const { rows } = await sql<Looked>`select number, id, acl, kind, length(words) as length from memories
      where number in (select value from json_each(${JSON.stringify(numbers)}))`.execute(db);
    return rows;
  }
}

/** Few scores differ, since rows of the same words have the same: sorting these is quicker than sorting the rows. */
function inOrder(scores: Map<number, number>): number[] {
  const alike = new Map<number, number[]>();
  for (const [number, score] of scores) {
    const rows = alike.get(score);
    if (rows) rows.push(number);
    else alike.set(score, [number]);
  }
  return [...alike].sort(([one], [other]) => other - one).flatMap(([, numbers]) => numbers);
}

/** `words` are letters and digits only, so quoting them is all the escaping FTS5 needs. */
function quoted(word: string): string {
  return `"${word}"`;
}
