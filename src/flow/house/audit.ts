/** Showing what was asked, approved and done. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import type { AuditRow } from '../../core/audit.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Json } from '../../core/json.ts';
import type { Reply } from '../../core/reply.ts';
import { csv } from '../../kit/csv.ts';
import { maySee } from '../visible.ts';
import { mentionOf } from './people.ts';
import { showStory, story, tellStory } from './story.ts';

export function auditActions(services: () => Services): Action[] {
  const showAudit = defineAction({
    name: 'sophia_show_audit',
    description: 'shows what was asked, approved and done: the latest, or the story around one reference',
    effect: 'read',
    // It quotes what people gave as reasons, and what outside systems answered.
    taints: true,
    usage: 'audit [<reference>]',
    example: '/sophia audit A42',
    input: z.strictObject({
      reference: z
        .string()
        .regex(/^A\d+$/i, 'a reference such as A42')
        .optional(),
    }),
    output: z.union([auditRows, story]),
    async run(plan, context) {
      const { audit } = services();
      const { reference } = plan.input;
      if (reference === undefined) return { rows: await shownTo(context, await audit.latest(mostShown)) };
      const found = await audit.find(reference.toUpperCase());
      if (!found)
        throw new SophiaError('not_found', `There is no audit row ${reference}.`, {
          hint: '`audit` lists the latest, `audit search <words>` finds others.',
        });
      return tellStory(services(), found, { person: context.requester.id, audience: context.place.audience });
    },
    show: (output) => (auditRows.safeParse(output).success ? table(output) : showStory(output)),
  });

  const searchAudit = defineAction({
    name: 'sophia_search_audit',
    description:
      'finds rows of the audit trail by words in them: a person’s reason, a target, an action, a plan’s hash',
    effect: 'read',
    taints: true,
    usage: 'audit search <words...>',
    example: '/sophia audit search acme-web',
    input: z.strictObject({ words: z.string().trim().min(2).max(200) }),
    output: auditRows,
    async run({ input }, context) {
      // Rows that may not be told here are left out whole: that a word is found in one says something already.
      const found = await services().audit.search({ words: input.words }, mostSearched);
      const rows = await shownTo(context, found, 'leave out');
      return { rows: rows.slice(0, mostShown) };
    },
    show: table,
  });

  async function shownTo(context: LookContext, rows: AuditRow[], hidden: 'mark' | 'leave out' = 'mark') {
    const { runs, policy } = services();
    const viewer = { person: context.requester.id, audience: context.place.audience };
    const shown: z.infer<typeof auditRows>['rows'] = [];
    for (const row of rows) {
      // What happened outside any run (a policy adopted on the server) is no secret of a place.
      const open = row.runId === null || maySee(await runs.get(row.runId), viewer, policy);
      if (!open && hidden === 'leave out') continue;
      shown.push({
        reference: row.reference,
        at: row.at,
        kind: row.kind,
        by: row.person ? mentionOf(services(), row.person) : '–',
        action: row.action ?? '–',
        facts: open ? JSON.stringify(row.facts) : '(asked in a private place)',
        texts: open ? (row.texts ?? {}) : {},
        hash: row.hash.slice(0, 12),
      });
    }
    return shown;
  }

  const exportAudit = defineAction({
    name: 'sophia_export_audit',
    description:
      'gives you alone a file of the newest rows of the audit trail you may see, or of those with these words',
    effect: 'read',
    taints: true,
    private: true,
    usage: 'audit export [<words...>]',
    example: '/sophia audit export acme-web',
    input: z.strictObject({ words: z.string().trim().min(2).max(200).optional() }),
    output: auditRows,
    async run({ input }, context) {
      const { audit } = services();
      const { words } = input;
      const found =
        words === undefined ? await audit.latest(mostExported) : await audit.search({ words }, mostExported);
      return { rows: await shownTo(context, found, 'leave out') };
    },
    show: asFile,
  });

  // `audit export` before `audit <reference>`: the first that fits is taken.
  return [exportAudit, showAudit, searchAudit];
}

const mostShown = 30;
const mostSearched = 200;
const mostExported = 2000;

const auditRows = z.strictObject({
  rows: z.array(
    z.strictObject({
      reference: z.string(),
      at: z.string(),
      kind: z.string(),
      by: z.string(),
      action: z.string(),
      facts: z.string(),
      texts: z.record(z.string(), z.string()),
      hash: z.string(),
    }),
  ),
});

/** The whole trail, to be verified, is exported on the server; this is to be read. */
function asFile(output: Json): Reply {
  const { rows } = auditRows.parse(output);
  const columns = ['reference', 'at', 'kind', 'by', 'action', 'facts', 'texts', 'hash'] as const;
  const cells = rows.map((row) => columns.map((name) => (name === 'texts' ? JSON.stringify(row.texts) : row[name])));
  return {
    kind: 'file',
    title: 'Audit trail (UTC)',
    name: 'audit.csv',
    mime: 'text/csv',
    text: csv([[...columns], ...cells]),
    note: `${rows.length} rows, newest first: what may be seen where you asked. The whole chain is exported and verified on the server.`,
  };
}

/** What a person scans for; the whole facts and hashes are in the output and in the database. */
function table(output: Json): Reply {
  const { rows } = auditRows.parse(output);
  return {
    kind: 'table',
    title: 'Audit trail (UTC)',
    columns: ['reference', 'at', 'kind', 'by', 'action', 'said'],
    rows: rows.map((row) => {
      const words = Object.values(row.texts).map((text) => text.slice(0, 120));
      const at = row.at.slice(0, 19).replace('T', ' ');
      return [
        row.reference,
        at,
        row.kind,
        row.by,
        row.action,
        [inShort(row.facts), ...words].filter(Boolean).join(' · '),
      ];
    }),
  };
}

/** `done · plan 9f8e7d6c · fly:acme-web`. */
function inShort(facts = ''): string {
  if (!facts.startsWith('{')) return facts;
  const { verdict, state, code, plan, target } = JSON.parse(facts) as { [key: string]: unknown };
  const hash = typeof plan === 'string' ? `plan ${plan.slice(0, 8)}` : undefined;
  return [verdict, state, code, hash, target].filter((value) => typeof value === 'string').join(' · ');
}
