/** kill -9 before and after every step and every external call of merge, deploy and roll-back, on SQLite. */
import { afterEach, describe, test } from 'vitest';
import { flyApp } from '../../src/playground/world.ts';
import { readAudit } from '../../src/store/audit-reader.ts';
import { openStage, type Stage } from '../journeys/stage.ts';
import { stories, tell } from './stories.ts';
import { chosen, faultsOf, preload, type Records } from './story.ts';

let stage: Stage | undefined;
afterEach(async () => {
  await stage?.close();
  stage = undefined;
});

const longAgo = '2020-01-01T00:00:00.000Z';

function recordsOf({ rows, alter, engine, machines, fly, quiet, data }: Stage): Records {
  const all = (statement: string, column: string) => Promise.resolve(rows(statement).map((row) => String(row[column])));
  return {
    quiet,
    approvals: async () =>
      rows(
        'SELECT id, state, (SELECT count(*) FROM votes WHERE approval_id = approvals.id) AS votes FROM approvals',
      ) as { id: string; state: string; votes: number }[],
    runs: () => all('SELECT state FROM runs ORDER BY started_at', 'state'),
    ledger: () => all('SELECT state FROM ledger', 'state'),
    locks: () => all('SELECT target FROM locks', 'target'),
    open: async () => rows('SELECT id FROM inbox WHERE done_at IS NULL').length,
    async verify() {
      const reader = readAudit({ directory: data });
      const verdict = await reader.audit.verify();
      await reader.close();
      return verdict;
    },
    async age() {
      alter(`UPDATE ledger SET write_deadline = '${longAgo}' WHERE state = 'started'`);
      engine.alter(`UPDATE step_attempts SET context = json_set(context, '$.resumeAt', '${longAgo}') WHERE kind = 'sleep' AND status = 'running';
        UPDATE workflow_runs SET available_at = '${longAgo}' WHERE status = 'running'`);
      // A dead process's lease on a machine runs out by itself in 30 s.
      for (const { id } of machines()) fly.dropLease(flyApp, id);
    },
  };
}

describe.each(Object.entries(stories))('%s, on SQLite', (name, story) => {
  test.each(chosen)('share %i of its boundaries', async (share) => {
    stage = await openStage({ command: preload, faults: (data) => faultsOf(`${data}/boundaries`, share) });
    await tell(name, story, stage, [stage.app], recordsOf(stage));
  });
});
