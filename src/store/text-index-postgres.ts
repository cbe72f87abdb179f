/** Candidates from Postgres full text: by how rare the words are that a row holds, since `ts_rank` knows nothing of rarity. */
import { sql } from 'kysely';
import type { IndexQuery } from '../core/recall-index.ts';
import type { Sql } from './schema.ts';
import { keepCounts } from './text-index-counts.ts';

/** Counting a word stops here: it is common enough. */
const common = 2_001;
/** About as many rows are scored; with more than that to find, the commonest words are left to the re-scorer. */
const mostScored = 2_000;

export function createFindInPostgres(db: Sql): (query: IndexQuery) => Promise<string[]> {
  const count = keepCounts(countInPostgres, 20);

  return async ({ words, acls, kinds, limit }) => {
    const counts = await count(words);
    const counted = words.map((word, index) => ({ word, rows: counts[index] ?? 0 }));
    const known = counted.filter((one) => one.rows > 0).sort((one, other) => one.rows - other.rows);
    let room = mostScored;
    const searched = known.filter(({ rows }, index) => {
      room -= rows;
      return index === 0 || room >= 0;
    });
    if (searched.length === 0) return [];
    const match = searched.map(({ word }) => quoted(word)).join(' | ');
    const worth = sql.join(
      known.map(
        ({ word, rows }) =>
          sql`case when words_index @@ ${quoted(word)}::tsquery then ${Math.log(1 + 1_000_000 / rows)}::float8 else 0 end`,
      ),
      sql` + `,
    );
    const ofKind = kinds ? sql`and kind in (${sql.join([...kinds])})` : sql``;
    const { rows } = await sql<{ id: string }>`
      select id from memories
      where words_index @@ ${match}::tsquery and acl in (${sql.join(acls)}) ${ofKind}
      order by (${worth}) / (3 + ln(1 + length(words))) desc, at desc limit ${limit}`.execute(db);
    return rows.map((row) => row.id);
  };

  async function countInPostgres(words: string[]): Promise<number[]> {
    const each = words.map(
      (word, index) => sql`select ${index}::int as place, (select count(*) from
        (select 1 from memories where words_index @@ ${quoted(word)}::tsquery limit ${common}) as counted) as rows`,
    );
    const { rows } = await sql<{ rows: string }>`${sql.join(each, sql` union all `)} order by place`.execute(db);
    return rows.map((row) => Number(row.rows));
  }
}

/** `words` are letters and digits only, so quoting them is all the escaping a tsquery needs. */
function quoted(word: string): string {
  return `'${word}'`;
}
