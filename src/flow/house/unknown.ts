/** Outcomes nobody could tell: listed with their evidence, and settled by a person who has looked. */
import { z } from 'zod';
import { type Action, type DeedContext, defineAction } from '../../core/action.ts';
import type { AuditRow } from '../../core/audit.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { LedgerEntry } from '../../core/ledger.ts';
import { currentApprovers } from '../entitled.ts';
import { owe } from '../owe.ts';
import { maySee } from '../visible.ts';
import { withoutSecrets } from '../written.ts';
import { mentionOf } from './people.ts';

type Open = { entry: LedgerEntry; row: AuditRow };

export function unknownActions(services: () => Services): Action[] {
  /** The row that says it is unknown, and the ledger's own. */
  async function open(reference: string): Promise<Open> {
    const { audit, ledger } = services();
    const row = await audit.find(reference);
    const entry = row?.runId ? await ledger.get(`${row.runId}/${String(row.facts.call)}`) : null;
    if (row?.kind !== 'settled' || !entry)
      throw new SophiaError('not_found', `${reference} is no outcome.`, {
        hint: '`unknowns` lists those that are open.',
      });
    if (entry.state !== 'unknown')
      throw new SophiaError('conflict', `${reference} is not open: it is ${entry.state}.`, {
        hint: `\`audit ${reference}\` tells the story.`,
      });
    return { entry, row };
  }

  const settleOutcome = defineAction({
    name: 'sophia_settle_outcome',
    description: 'settles an outcome that could not be told: you have looked, and it was done or it was not',
    effect: 'write',
    worksFrozen: true,
    usage: 'settle <reference> <ending> <reason...>',
    example: '/sophia settle A42 done the release page shows it',
    input: z.strictObject({
      reference: z.string().regex(/^A\d{1,15}$/i, 'a reference such as A42'),
      ending: z.enum(['done', 'failed']).describe('done: it happened; failed: it did not'),
      reason: z.string().trim().min(5, 'say what you saw').max(500),
    }),
    output: z.strictObject({ reference: z.string(), state: z.enum(['done', 'failed']) }),
    async plan({ reference, ending, reason }, context) {
      const { entry, row } = await open(reference.toUpperCase());
      const { runs, policy } = services();
      const run = await runs.get(entry.runId);
      const deciders = await decidersOf(services(), entry, run?.requester ?? null);
      const others = [...new Set([...policy.admins(), ...deciders])].filter((one) => one !== context.requester.id);
      if (run?.requester === context.requester.id && others.length > 0)
        throw new SophiaError('forbidden', 'You asked for this yourself, so somebody else has to say how it ended.', {
          hint: `They may: ${others.map((one) => mentionOf(services(), one)).join(', ')}.`,
        });
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const shown = maySee(run, viewer, policy);
      return {
        target: `outcome:${entry.key}`,
        deciders,
        summary: `Settle ${reference.toUpperCase()}${shown ? ` (${entry.action} on ${String(row.facts.target)})` : ''} as ${ending}: ${reason}`,
        details: shown
          ? [
              { label: 'Asked as', value: run?.title ?? entry.runId },
              { label: 'Begun', value: entry.startedAt },
              { label: 'Ran as', value: `${entry.owner}, attempt ${entry.attempt}` },
              { label: 'Evidence', value: evidenceOf(entry) },
            ]
          : [],
        undo: 'It cannot be unsettled; what is done is done in the outside system.',
        preconditions: [{ name: 'outcome', expected: { state: entry.state, attempt: entry.attempt } }],
        resolved: { key: entry.key, attempt: entry.attempt },
      };
    },
    async run({ input, resolved }, context) {
      const { ending, reason } = input;
      const key = String(resolved?.key);
      const row = withoutSecrets(services(), {
        kind: 'settled',
        at: context.now().toISOString(),
        runId: runOf(key),
        person: context.requester.id,
        action: null,
        approvalId: null,
        facts: { state: ending, call: key.slice(key.indexOf('/') + 1), settles: input.reference.toUpperCase() },
        texts: { reason },
      });
      const result = {
        output: null,
        reason: services().redact(reason),
        settledBy: context.requester.id,
        deed: context.deed,
      };
      // The ledger, the budget and the trail move together or not at all; the message is made up for by `reconcile`.
      if (!(await services().ledger.settleWritten(key, Number(resolved?.attempt), ending, result, row)))
        throw new SophiaError('conflict', 'Somebody settled it meanwhile.', {
          hint: `\`audit ${input.reference}\` tells how.`,
        });
      return tellEnd(input, key, context);
    },
    reconcile: async ({ input, resolved }, context) => {
      const entry = await services().ledger.get(String(resolved?.key));
      const ours = (entry?.result as { deed?: string } | null)?.deed === context.deed;
      if (!ours || entry?.state !== input.ending) return { state: 'not done' };
      return { state: 'done', output: await tellEnd(input, entry.key, context) };
    },
  });

  /** Where it was asked, once, however often this is tried. */
  async function tellEnd(
    { reference, ending }: { reference: string; ending: 'done' | 'failed' },
    key: string,
    { deed, place, requester }: DeedContext,
  ) {
    const name = reference.toUpperCase();
    const run = await services().runs.get(runOf(key));
    if (run?.thread && run.thread !== place.thread) {
      const words = `${mentionOf(services(), requester.id)} has looked: ${name} ${ending === 'done' ? 'was done' : 'was not done'}.`;
      await owe(services(), {
        sendId: `${deed}/told`,
        runId: run.id,
        to: { thread: run.thread },
        reply: { kind: 'words', markdown: words, people: [requester.id] },
      });
    }
    return { reference: name, state: ending };
  }

  const listUnknowns = defineAction({
    name: 'sophia_list_unknowns',
    description: 'lists outcomes that could not be told and wait for somebody who looks',
    effect: 'read',
    usage: 'unknowns',
    example: '/sophia unknowns',
    input: z.strictObject({}),
    output: z.strictObject({
      outcomes: z.array(
        z.strictObject({ reference: z.string(), begun: z.string(), what: z.string(), evidence: z.string() }),
      ),
    }),
    async run(_plan, context) {
      const { ledger, audit, runs, policy } = services();
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const outcomes = [];
      for (const entry of await ledger.unknown()) {
        const told = (await audit.byRun(entry.runId)).findLast(
          (row) => row.kind === 'settled' && `${entry.runId}/${String(row.facts.call)}` === entry.key,
        );
        if (!told || !maySee(await runs.get(entry.runId), viewer, policy)) continue;
        const what = `${entry.action} on ${String(told.facts.target)}`;
        const begun = entry.startedAt.slice(0, 16).replace('T', ' ');
        outcomes.push({ reference: told.reference, begun, what, evidence: evidenceOf(entry) });
      }
      return { outcomes };
    },
  });

  return [settleOutcome, listUnknowns];
}

function runOf(key: string): string {
  return key.split('/')[0] ?? '';
}

/**
 * Who may decide the deed now, as card and policy in force name them, without whoever asked for it. Of a deed that nobody
 * was asked about they are not known, and admins are left.
 */
async function decidersOf(services: Services, entry: LedgerEntry, requester: string | null): Promise<string[]> {
  const { approvals, leases } = services;
  // A step under a lease: the lease was used by the workflow around it.
  const id = entry.approvalId ?? (await leases.usedBy(entry.grantKey ?? entry.key))?.approvalId ?? null;
  const approval = id === null ? null : await approvals.get(id);
  if (!approval) return [];
  const { approvers } = await currentApprovers(services, approval);
  return approvers.filter((person) => person !== requester);
}

function evidenceOf(entry: LedgerEntry): string {
  const { evidence } = (entry.result ?? {}) as { evidence?: unknown };
  return typeof evidence === 'string' ? evidence : 'none was kept';
}
