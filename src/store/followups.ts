/** Words for a run at work: offering and closing lock the listener's row, so that none fall between two runs. */
import type { Followup, Followups } from '../core/followups.ts';
import type { Message } from '../core/message.ts';
import type { Sql } from './schema.ts';

export function createFollowups(db: Sql): Followups {
  const read = ({ job_key, message }: { job_key: string; message: string }): Followup => ({
    jobKey: job_key,
    message: JSON.parse(message) as Message,
  });

  return {
    listen: (runId, thread) =>
      db.transaction().execute(async (sql) => {
        // One whose run has ended all the same hears nobody.
        const running = sql.selectFrom('runs').select('id').where('state', '=', 'running');
        await sql.deleteFrom('listeners').where('thread', '=', thread).where('run_id', 'not in', running).execute();
        await sql
          .insertInto('listeners')
          .values({ thread, run_id: runId, offered: 0 })
          .onConflict((conflict) => conflict.column('thread').doNothing())
          .execute();
        const row = await sql.selectFrom('listeners').selectAll().where('thread', '=', thread).executeTakeFirst();
        return row?.run_id === runId;
      }),

    offer: (thread, { jobKey, message }) =>
      db.transaction().execute(async (sql) => {
        const known = await sql
          .selectFrom('followups')
          .select('run_id')
          .where('job_key', '=', jobKey)
          .executeTakeFirst();
        if (known) return known.run_id;
        // It came twice, and began a run of its own the first time.
        const begun = await sql.selectFrom('runs').select('id').where('job_key', '=', jobKey).executeTakeFirst();
        if (begun) return null;
        const running = sql.selectFrom('runs').select('id').where('state', '=', 'running');
        const listener = await sql
          .updateTable('listeners')
          .set((row) => ({ offered: row('offered', '+', 1) }))
          .where('thread', '=', thread)
          .where('run_id', 'in', running)
          .returning('run_id')
          .executeTakeFirst();
        if (!listener) return null;
        const values = { job_key: jobKey, run_id: listener.run_id, person: message.person, turn: null };
        await sql
          .insertInto('followups')
          .values({ ...values, message: JSON.stringify(message) })
          .execute();
        return listener.run_id;
      }),

    take: (runId, person, turn) =>
      db.transaction().execute(async (sql) => {
        await sql
          .updateTable('followups')
          .set({ turn })
          .where('run_id', '=', runId)
          .where('person', '=', person)
          .where('turn', 'is', null)
          .execute();
        const rows = sql.selectFrom('followups').selectAll().where('run_id', '=', runId).where('turn', '=', turn);
        return (await rows.orderBy('number').execute()).map(read);
      }),

    close: (runId) =>
      db.transaction().execute(async (sql) => {
        await sql.deleteFrom('listeners').where('run_id', '=', runId).execute();
        const rows = sql.selectFrom('followups').selectAll().where('run_id', '=', runId).where('turn', 'is', null);
        return (await rows.orderBy('number').execute()).map(read);
      }),

    async forget(runId) {
      await db.deleteFrom('followups').where('run_id', '=', runId).execute();
    },
  };
}
