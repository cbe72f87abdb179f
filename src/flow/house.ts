/** Sophia's actions upon herself: runs, stop, freeze, thaw, audit, remember. */
import { z } from 'zod';
import { type Action, defineAction } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { Services } from '../core/job.ts';
import { maySee, titleOf } from './visible.ts';

/** `services` is asked for late: the actions are part of the services. */
export function houseActions(services: () => Services): Action[] {
  const now = () => services().now().toISOString();
  const who = (person: string) =>
    services()
      .surface(person.split(':')[0] ?? '')
      .mention(person);

  const listRuns = defineAction({
    name: 'sophia_list_runs',
    description: 'lists what is running and what ran lately',
    effect: 'read',
    usage: 'runs',
    example: '/sophia runs',
    input: z.strictObject({}),
    output: z.strictObject({
      runs: z.array(
        z.strictObject({
          run: z.string(),
          what: z.string(),
          by: z.string(),
          state: z.string(),
          standing: z.string(),
          started: z.string(),
        }),
      ),
    }),
    async run(_, { requester, place }) {
      const { runs, policy } = services();
      const viewer = { person: requester.id, audience: place.audience };
      const live = await runs.list({ state: 'running', limit: 20 });
      const lately = (await runs.list({ limit: 10 })).filter((run) => run.state !== 'running');
      return {
        runs: [...live, ...lately].map((run) => ({
          run: run.id.slice(0, 8),
          what: titleOf(run, viewer, policy),
          by: who(run.requester),
          state: run.state,
          standing: maySee(run, viewer, policy) ? run.standing : '–',
          started: run.startedAt,
        })),
      };
    },
    show: (output) => {
      const { runs } = output as { runs: { [key: string]: string }[] };
      return {
        kind: 'table',
        title: 'Runs',
        columns: ['run', 'what', 'by', 'state', 'standing', 'started'],
        rows: runs.map((run) => [
          run.run ?? '',
          run.what ?? '',
          run.by ?? '',
          run.state ?? '',
          run.standing ?? '',
          run.started ?? '',
        ]),
        footer: 'End one with /sophia stop <run>.',
      };
    },
  });

  async function findRun(short: string) {
    const found = (await services().runs.list({ state: 'running', limit: 200 })).filter((run) =>
      run.id.startsWith(short),
    );
    const [run, other] = found;
    if (!run)
      throw new SophiaError('not_found', `No running run begins with “${short}”.`, {
        hint: '`/sophia runs` lists them.',
      });
    if (other)
      throw new SophiaError('bad_input', `More than one run begins with “${short}”.`, { hint: 'Give more of its id.' });
    return run;
  }

  const stopRun = defineAction({
    name: 'sophia_stop_run',
    description:
      'ends a run: pending questions are withdrawn, no further step begins, a write under way is let finish and reported',
    effect: 'write',
    worksFrozen: true,
    usage: 'stop <run>',
    example: '/sophia stop 1a2b3c4d',
    input: z.strictObject({ run: z.string().min(4).describe('the first characters of the run id') }),
    output: z.strictObject({ stopped: z.string() }),
    async plan(input, context) {
      const run = await findRun(input.run);
      const { policy } = services();
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const mine = run.requester === context.requester.id || policy.admins().includes(context.requester.id);
      if (!mine) throw new SophiaError('forbidden', `Only ${who(run.requester)} or an admin may stop this run.`);
      return {
        target: `run:${run.id}`,
        summary: `Stop “${titleOf(run, viewer, policy)}”`,
        details: maySee(run, viewer, policy) ? [{ label: 'Standing', value: run.standing }] : [],
        preconditions: [],
        resolved: { runId: run.id },
      };
    },
    async run(plan) {
      const { runs, approvals, durable } = services();
      const runId = String(plan.resolved?.runId);
      await runs.end(runId, 'stopped', 'stopped by a person', now());
      for (const approval of (await approvals.pending()).filter((pending) => pending.runId === runId)) {
        await approvals.close(approval.id, 'stopped', 'The run was stopped.');
        await durable.wake(`approval:${approval.id}`);
      }
      return { stopped: runId };
    },
    reconcile: async (plan) => {
      const run = await services().runs.get(String(plan.resolved?.runId));
      return run?.state === 'running' ? { state: 'not done' } : { state: 'done', output: { stopped: run?.id ?? '' } };
    },
  });

  const freeze = defineAction({
    name: 'sophia_freeze',
    description: 'stops all writes until somebody thaws',
    effect: 'write',
    worksFrozen: true,
    usage: 'freeze [<reason...>]',
    example: '/sophia freeze database migration until 15:00',
    input: z.strictObject({ reason: z.string().max(500).default('no reason given') }),
    output: z.strictObject({ frozen: z.boolean() }),
    plan: async (input) => ({
      target: 'sophia:freeze',
      summary: `Freeze all writes: ${input.reason}`,
      details: [],
      undo: '/sophia thaw',
      preconditions: [],
    }),
    async run(plan, context) {
      const { input } = plan;
      await services().freezes.freeze({ by: context.requester.id, reason: input.reason, since: now() });
      return { frozen: true };
    },
    reconcile: async () =>
      (await services().freezes.current()) ? { state: 'done', output: { frozen: true } } : { state: 'not done' },
  });

  const thaw = defineAction({
    name: 'sophia_thaw',
    description: 'lets writes go again after a freeze',
    effect: 'write',
    worksFrozen: true,
    usage: 'thaw',
    example: '/sophia thaw',
    input: z.strictObject({}),
    output: z.strictObject({ frozen: z.boolean() }),
    async plan() {
      const current = await services().freezes.current();
      if (!current) throw new SophiaError('conflict', 'Nothing is frozen.');
      return {
        target: 'sophia:freeze',
        summary: 'Let writes go again',
        details: [
          { label: 'Frozen by', value: (await services().surface(surfaceOf(current.by)).person(current.by)).name },
          { label: 'Since', value: current.since },
          { label: 'Reason', value: current.reason },
        ],
        undo: '/sophia freeze',
        preconditions: [{ name: 'freeze', expected: current }],
      };
    },
    async run() {
      await services().freezes.thaw();
      return { frozen: false };
    },
    reconcile: async () =>
      (await services().freezes.current()) ? { state: 'not done' } : { state: 'done', output: { frozen: false } },
  });

  const showAudit = defineAction({
    name: 'sophia_show_audit',
    description: 'shows what was asked, approved and done: the latest, or everything around one reference',
    effect: 'read',
    usage: 'audit [<reference>]',
    example: '/sophia audit A42',
    input: z.strictObject({
      reference: z
        .string()
        .regex(/^A\d+$/i, 'a reference such as A42')
        .optional(),
    }),
    output: z.strictObject({
      rows: z.array(
        z.strictObject({
          reference: z.string(),
          at: z.string(),
          kind: z.string(),
          by: z.string(),
          action: z.string(),
          facts: z.string(),
          hash: z.string(),
        }),
      ),
    }),
    async run(plan, context) {
      const { audit, runs, surface, policy } = services();
      const { reference } = plan.input;
      const found = reference === undefined ? null : await audit.find(reference.toUpperCase());
      if (reference !== undefined && !found) throw new SophiaError('not_found', `There is no audit row ${reference}.`);
      const rows = found
        ? found.runId
          ? await audit.byRun(found.runId)
          : [found]
        : (await audit.latest(30)).toReversed();
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const shown = [];
      for (const row of rows) {
        const open = maySee(row.runId ? await runs.get(row.runId) : null, viewer, policy);
        shown.push({
          reference: row.reference,
          at: row.at,
          kind: row.kind,
          by: row.person ? surface(surfaceOf(row.person)).mention(row.person) : '–',
          action: row.action ?? '–',
          facts: open ? JSON.stringify(row.facts) : '(asked in a private place)',
          hash: row.hash.slice(0, 12),
        });
      }
      return { rows: shown };
    },
    show: (output) => {
      const { rows } = output as { rows: { [key: string]: string }[] };
      const columns = ['reference', 'at', 'kind', 'by', 'action', 'facts', 'hash'];
      return {
        kind: 'table',
        title: 'Audit trail',
        columns,
        rows: rows.map((row) => columns.map((name) => row[name] ?? '')),
      };
    },
  });

  const remember = defineAction({
    name: 'sophia_remember',
    description: 'remembers a fact for the people who can read this place',
    effect: 'write',
    usage: 'remember <text...>',
    example: '/sophia remember the staging database is read-only on Fridays',
    input: z.strictObject({ text: z.string().min(3).max(2000) }),
    output: z.strictObject({ remembered: z.boolean() }),
    plan: async (input, context) => ({
      target: `memory:${context.requester.id}`,
      summary: `Remember: ${input.text}`,
      details: [],
      preconditions: [],
      resolved: { at: context.now().toISOString() },
    }),
    async run(plan, { requester, place }) {
      const { memory, redact } = services();
      const { input } = plan;
      // The time is the plan's, so that a second try is the same row.
      await memory.remember({
        acl: place.audience,
        kind: 'fact',
        text: redact(input.text),
        person: requester.id,
        thread: place.thread,
        at: String(plan.resolved?.at),
        tainted: true,
      });
      return { remembered: true };
    },
    reconcile: async () => ({ state: 'not done' }),
  });

  return [listRuns, stopRun, freeze, thaw, showAudit, remember];
}

/** `slack:T1:U1` → `slack`. */
function surfaceOf(person: string): string {
  return person.split(':')[0] ?? '';
}
