/** Showing what was asked, approved and done. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import { maySee } from '../visible.ts';
import { mentionOf } from './people.ts';

export function auditActions(services: () => Services): Action[] {
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
      const { audit, runs, policy } = services();
      const { reference } = plan.input;
      const found = reference === undefined ? null : await audit.find(reference.toUpperCase());
      if (reference !== undefined && !found) throw new SophiaError('not_found', `There is no audit row ${reference}.`);
      // A surface may have to leave the end of a long table out: the row asked for stands first, then the newest.
      const around = found?.runId ? (await audit.byRun(found.runId)).toReversed() : [];
      const rows = found
        ? [found, ...around.filter((row) => row.reference !== found.reference)]
        : await audit.latest(30);
      const viewer = { person: context.requester.id, audience: context.place.audience };
      const shown = [];
      for (const row of rows) {
        const open = maySee(row.runId ? await runs.get(row.runId) : null, viewer, policy);
        shown.push({
          reference: row.reference,
          at: row.at,
          kind: row.kind,
          by: row.person ? mentionOf(services(), row.person) : '–',
          action: row.action ?? '–',
          facts: open ? JSON.stringify(row.facts) : '(asked in a private place)',
          hash: row.hash.slice(0, 12),
        });
      }
      return { rows: shown };
    },
    show: (output) => {
      const { rows } = output as { rows: { [key: string]: string }[] };
      // What a person scans for; the whole facts and hashes are in the output and in the database.
      const columns = ['reference', 'at', 'kind', 'by', 'action', 'said'];
      const view = rows.map((row) => ({
        ...row,
        at: row.at?.slice(0, 19).replace('T', ' ') ?? '',
        said: inShort(row.facts),
      }));
      return {
        kind: 'table',
        title: 'Audit trail (UTC)',
        columns,
        rows: view.map((row) => columns.map((name) => (row as { [key: string]: string })[name] ?? '')),
      };
    },
  });

  return [showAudit];
}

/** `done · plan 9f8e7d6c · fly:acme-web`. */
function inShort(facts = ''): string {
  if (!facts.startsWith('{')) return facts;
  const { verdict, state, code, plan, target } = JSON.parse(facts) as { [key: string]: unknown };
  const hash = typeof plan === 'string' ? `plan ${plan.slice(0, 8)}` : undefined;
  return [verdict, state, code, hash, target].filter((value) => typeof value === 'string').join(' · ');
}
