/** Runs by job: registering is one statement, so a message delivered twice starts one run. */
import type { Selectable } from 'kysely';
import type { RunInfo, RunState, Runs } from '../core/run.ts';
import type { Sql, Tables } from './schema.ts';
import { instant } from './storable.ts';

export function createRuns(db: Sql): Runs {
  return {
    register: (run) =>
      db.transaction().execute(async (sql) => {
        const row = await sql
          .insertInto('runs')
          .values(toRow(run))
          .onConflict((conflict) => conflict.column('job_key').doNothing())
          .returningAll()
          .executeTakeFirst();
        if (row) return { run: toRun(row), fresh: true };
        const known = sql.selectFrom('runs').selectAll().where('job_key', '=', run.jobKey);
        return { run: toRun(await known.executeTakeFirstOrThrow()), fresh: false };
      }),

    async setEngine(id, engineId) {
      await db.updateTable('runs').set({ engine_id: engineId }).where('id', '=', id).execute();
    },

    async setThread(id, thread) {
      await db.updateTable('runs').set({ thread }).where('id', '=', id).execute();
    },

    async setStanding(id, standing) {
      // A late word of a run that has ended must not hide how it ended.
      await db.updateTable('runs').set({ standing }).where('id', '=', id).where('state', '=', 'running').execute();
    },

    async end(id, state, standing, at) {
      const ended = await db
        .updateTable('runs')
        .set({ state, standing, ended_at: instant(at) })
        .where('id', '=', id)
        .where('state', '=', 'running')
        .returning('id')
        .executeTakeFirst();
      return ended !== undefined;
    },

    async get(id) {
      const row = await db.selectFrom('runs').selectAll().where('id', '=', id).executeTakeFirst();
      return row ? toRun(row) : null;
    },

    async byJob(jobKey) {
      const row = await db.selectFrom('runs').selectAll().where('job_key', '=', jobKey).executeTakeFirst();
      return row ? toRun(row) : null;
    },

    async ofThread(thread) {
      const rows = db.selectFrom('runs').selectAll().where('thread', '=', thread);
      return (await rows.orderBy('started_at', 'desc').limit(100).execute()).map(toRun);
    },

    async list({ state, limit }) {
      let rows = db.selectFrom('runs').selectAll();
      if (state !== undefined) rows = rows.where('state', '=', state);
      const newest = rows.orderBy('started_at', 'desc').orderBy('id', 'desc').limit(limit);
      return (await newest.execute()).map(toRun);
    },
  };
}

function toRow(run: RunInfo): Tables['runs'] {
  return {
    id: run.id,
    job_key: run.jobKey,
    engine_id: run.engineId,
    title: run.title,
    requester: run.requester,
    channel: run.channel,
    audience: run.audience,
    thread: run.thread,
    state: run.state,
    standing: run.standing,
    started_at: instant(run.startedAt),
    ended_at: run.endedAt === null ? null : instant(run.endedAt),
  };
}

function toRun(row: Selectable<Tables['runs']>): RunInfo {
  return {
    id: row.id,
    jobKey: row.job_key,
    engineId: row.engine_id,
    title: row.title,
    requester: row.requester,
    channel: row.channel,
    audience: row.audience,
    thread: row.thread,
    state: row.state as RunState,
    standing: row.standing,
    startedAt: row.started_at,
    endedAt: row.ended_at,
  };
}
