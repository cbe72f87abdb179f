/** What is looked at after chaos: the ledger, what the house keeps for its deeds, and what the threads say. */
import type { Plan } from '../../src/core/plan.ts';
import type { World } from '../../src/playground/world.ts';
import type { Deed, Effect, Report } from './account.ts';
import type { Database } from './databases.ts';

/** Every deed of the ledger, with the machine that its listed step names. */
export async function deedsOf(records: Database): Promise<Deed[]> {
  const rows = await records.rows(
    'SELECT ledger.key, ledger.run_id, ledger.action, ledger.state, ledger.grant_step, approvals.plan FROM ledger LEFT JOIN approvals ON approvals.id = ledger.approval_id',
  );
  return rows.map((row) => {
    const plan = row.plan === null ? null : (JSON.parse(String(row.plan)) as Plan);
    const step = row.grant_step === null ? undefined : plan?.steps?.[Number(row.grant_step)];
    const machine = row.action === 'fly_update_machine' ? String(step?.input.machine) : null;
    return {
      key: String(row.key),
      run: String(row.run_id),
      action: String(row.action),
      state: String(row.state),
      place: machine,
    };
  });
}

/** What the house keeps for its own deeds: schedules bear their key, a fact is told by its words. */
export async function keptBy(records: Database): Promise<Effect[]> {
  const schedules = await records.rows('SELECT once_key FROM schedules');
  const facts = await records.rows("SELECT text FROM memories WHERE kind = 'fact'");
  const asked = await records.rows("SELECT id, title FROM runs WHERE title LIKE 'remember %'");
  const runOf = new Map(asked.map((row) => [String(row.title).replace(/^remember /, ''), String(row.id)]));
  return [
    ...schedules.map((row) => ({ deed: String(row.once_key), place: null, what: 'a schedule' })),
    ...facts.map(({ text }) => ({ deed: `${runOf.get(String(text))}/1`, place: null, what: `“${text}”` })),
  ];
}

const heads = [
  [/✅ Done/, 'done'],
  [/❌ Failed/, 'failed'],
  [/🚫 Not done/, 'refused'],
  [/❓ Not known/, 'unknown'],
  [/Something broke on my side/, 'broke'],
] as const;

/** What the thread of each command that changes something says of its end. */
export async function reportsOf(records: Database, slack: World['slack']): Promise<Report[]> {
  const runs = await records.rows("SELECT id, title, thread FROM runs WHERE title <> 'runs'");
  return runs.map((row) => {
    const [, , channel = '', ts = ''] = String(row.thread).split(':');
    const said =
      row.thread === null ? [] : slack.thread(channel, ts).map((message) => JSON.stringify(message.blocks ?? []));
    const outcomes = said.flatMap((words) => heads.filter(([head]) => head.test(words)).map(([, outcome]) => outcome));
    return { run: String(row.id), title: String(row.title), outcomes };
  });
}
