/** Dollars spent, row by row, and their sums. */
import type { Budgets } from '../core/budget.ts';
import { SophiaError } from '../core/error.ts';
import type { Sql } from './schema.ts';
import { instant } from './storable.ts';

export function createBudgets(db: Sql): Budgets {
  return {
    async record({ runId, person, channel, usd, what, at }) {
      // One NaN would make every sum NaN, and no comparison with a cap would ever hold again.
      if (!Number.isFinite(usd)) throw new SophiaError('bad_input', `Not an amount of dollars: ${usd}`);
      await db
        .insertInto('spends')
        .values({ run_id: runId, person, channel, usd, what, at: instant(at) })
        .execute();
    },

    async spent({ since, runId, person, channel }) {
      let spends = db
        .selectFrom('spends')
        .select((row) => row.fn.sum('usd').as('usd'))
        .where('at', '>=', instant(since));
      if (runId !== undefined) spends = spends.where('run_id', '=', runId);
      if (person !== undefined) spends = spends.where('person', '=', person);
      if (channel !== undefined) spends = spends.where('channel', '=', channel);
      const sum = await spends.executeTakeFirst();
      return Number(sum?.usd ?? 0);
    },
  };
}
