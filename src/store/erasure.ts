/** Erases a person's words from the records that keep some beside memory; ids, states and hashes stay. */
import type { Erasure } from '../core/erasure.ts';
import type { ErasableAudit } from './audit.ts';
import type { Sql } from './schema.ts';

const forgotten = '(forgotten)';

export function createErasure(db: Sql, audit: ErasableAudit): Erasure {
  return {
    async texts(person) {
      const erased = await audit.erasePerson(person);
      // A run under way still needs its words; it is erased the next time, or by its end.
      const ended = await db
        .selectFrom('runs')
        .select(['id', 'engine_id', 'title'])
        .where('requester', '=', person)
        .where('state', '!=', 'running')
        .execute();
      // What could not be said to anybody yet holds their words as well.
      await db
        .deleteFrom('owed')
        .where(
          'run_id',
          'in',
          db.selectFrom('runs').select('id').where('requester', '=', person).where('state', '!=', 'running'),
        )
        .execute();
      const titled = ended.filter((run) => run.title !== forgotten);
      for (const run of titled)
        await db.updateTable('runs').set({ title: forgotten, standing: 'ended' }).where('id', '=', run.id).execute();
      return { audit: erased, titles: titled.length, engineIds: ended.flatMap((run) => run.engine_id ?? []) };
    },
  };
}
