/** Which talks were taken in for facts: found by their latest words, held by one replica at a time. */
import { sql } from 'kysely';
import { rejections, type Talks, type Tally } from '../core/facts.ts';
import { inParts } from './memory-selection.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

/** Another replica may be quicker with some of them. */
const mostLooked = 20;

export function createTalks(db: Sql): Talks {
  return {
    async take({ quiet, since, now, until, owner }) {
      // What stands in the channel itself goes with its burst, replies with their thread.
      const name = sql<string>`coalesce(memories.talk, memories.thread)`;
      const last = sql<string>`max(memories.at)`;
      const due = await db
        .selectFrom('memories')
        .leftJoin('memory_talks as taken', (join) => join.on('taken.talk', '=', name))
        .select([name.as('talk'), last.as('through')])
        .where('memories.kind', 'in', ['message', 'outcome'])
        .where('memories.at', '>=', instant(since))
        .where((row) => row.or([row('memories.talk', 'is not', null), row('memories.thread', 'is not', null)]))
        .where((row) => row.or([row('taken.held_until', 'is', null), row('taken.held_until', '<=', instant(now))]))
        .groupBy([name, 'taken.through'])
        .having(last, '<=', instant(quiet))
        .having(sql<boolean>`taken.through is null or max(memories.at) > taken.through`)
        .orderBy('through')
        .limit(mostLooked)
        .execute();
      const free = { owner, held_until: instant(until) };
      for (const { talk, through } of due) {
        const held = await db
          .insertInto('memory_talks')
          .values({ talk, through: null, ...free })
          .onConflict((conflict) =>
            conflict
              .column('talk')
              .doUpdateSet(free)
              .where((row) =>
                row.or([
                  row('memory_talks.held_until', 'is', null),
                  row('memory_talks.held_until', '<=', instant(now)),
                ]),
              ),
          )
          .returning('talk')
          .executeTakeFirst();
        if (held) return { talk, through };
      }
      return null;
    },

    done: ({ talk, through }, owner, tally) =>
      db.transaction().execute(async (inside) => {
        // Nobody holds it any more when its words were forgotten or edited meanwhile: it will be taken anew.
        await inside
          .updateTable('memory_talks')
          .set({ through, owner: null, held_until: null, tries: 0 })
          .where('talk', '=', talk)
          .where('owner', '=', owner)
          .execute();
        for (const [ended, count] of Object.entries(tally))
          await inside
            .insertInto('memory_tally')
            .values({ ended, count })
            .onConflict((conflict) =>
              conflict.column('ended').doUpdateSet({ count: sql<number>`memory_tally.count + ${count}` }),
            )
            .execute();
      }),

    async failed({ talk }, owner, after) {
      const row = await db
        .updateTable('memory_talks')
        .set({ owner: null, held_until: instant(after), tries: sql<number>`tries + 1` })
        .where('talk', '=', talk)
        .where('owner', '=', owner)
        .returning('tries')
        .executeTakeFirst();
      return row?.tries ?? 0;
    },

    async tally() {
      const rows = await db.selectFrom('memory_tally').selectAll().execute();
      const counts = new Map(rows.map((row) => [row.ended, Number(row.count)]));
      return Object.fromEntries(
        ['kept', 'quarantined', ...rejections].map((ended) => [ended, counts.get(ended) ?? 0]),
      ) as Tally;
    },

    async purge(before) {
      await db.deleteFrom('memory_talks').where('through', '<', instant(before)).execute();
    },
  };
}

/** Within a transaction of the caller's: talks whose words changed or went are taken in anew. */
export async function reopenTalks(db: Sql, rows: { thread: string | null; talk: string | null }[]): Promise<void> {
  const names = new Set(rows.flatMap(({ thread, talk }) => [thread, talk]).filter((name) => name !== null));
  for (const part of inParts([...names])) await db.deleteFrom('memory_talks').where('talk', 'in', part).execute();
}
