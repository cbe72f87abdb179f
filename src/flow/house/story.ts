/** The story of a run around one row of its trail: asked, planned, voted, started and how it ended, with the way to each place. */
import { z } from 'zod';
import type { AuditRow } from '../../core/audit.ts';
import type { Services } from '../../core/job.ts';
import type { Json } from '../../core/json.ts';
import type { Reply } from '../../core/reply.ts';
import type { RunInfo } from '../../core/run.ts';
import type { MessageRef } from '../../core/thread.ts';
import { linkTo, rootOf } from '../link-to.ts';
import { maySee, type Viewer } from '../visible.ts';
import { surfaceOf } from './people.ts';
import { lineOf, nameOf, quote } from './story-lines.ts';

export const story = z.strictObject({
  reference: z.string(),
  /** Null: it may not be told here. */
  lines: z
    .array(
      z.strictObject({
        reference: z.string().nullable(),
        at: z.string(),
        said: z.string(),
        /** How deep in a workflow. */
        depth: z.int(),
        link: z.strictObject({ label: z.string(), url: z.string() }).nullable(),
      }),
    )
    .nullable(),
  omitted: z.int(),
});
type Story = z.infer<typeof story>;
type Line = NonNullable<Story['lines']>[number];

const mostRows = 50;
const mostFirst = 10;

export async function tellStory(services: Services, found: AuditRow, viewer: Viewer): Promise<Story> {
  const run = found.runId === null ? null : await services.runs.get(found.runId);
  const hidden = found.runId !== null && !maySee(run, viewer, services.policy);
  if (hidden) return { reference: found.reference, lines: null, omitted: 0 };
  const all = found.runId === null ? [found] : await services.audit.byRun(found.runId);
  const rows = all.length <= mostRows ? all : around(all, found);
  const names = await namesIn(services, run, rows);
  const lines: Line[] = [];
  if (run)
    lines.push({
      reference: null,
      at: run.startedAt,
      said: `${nameOf(run.requester, names)} asked: ${quote(run.title)}`,
      depth: 0,
      link: run.thread === null ? null : await labelled(services, 'the thread', rootOf(run.thread)),
    });
  for (const row of rows) {
    const approval = row.approvalId === null ? null : await services.approvals.get(row.approvalId);
    const call = typeof row.facts.call === 'string' ? row.facts.call : (approval?.call ?? '1');
    // Copies told in private are nobody else's to follow.
    const card = row.kind === 'asked' ? approval?.cards.find((one) => one.thread === approval.thread) : undefined;
    lines.push({
      reference: row.reference,
      at: row.at,
      said: lineOf(row, names),
      depth: call.split('.').length - 1,
      link: card ? await labelled(services, 'the card', card) : null,
    });
  }
  if (run?.state === 'running')
    lines.push({
      reference: null,
      at: services.now().toISOString(),
      said: `now: ${quote(run.standing)}`,
      depth: 0,
      link: null,
    });
  return { reference: found.reference, lines, omitted: all.length - rows.length };
}

/** The beginning, the end, and what was asked about. */
function around(all: AuditRow[], found: AuditRow): AuditRow[] {
  const kept = new Set([...all.slice(0, mostFirst), ...all.slice(mostFirst - mostRows)].map((row) => row.reference));
  return all.filter((row) => kept.has(row.reference) || row.reference === found.reference);
}

async function labelled(services: Services, label: string, to: MessageRef): Promise<Line['link']> {
  const url = await linkTo(services, to);
  return url === null ? null : { label, url };
}

/** By name, not by mention: whoever reads a story calls nobody. */
async function namesIn(services: Services, run: RunInfo | null, rows: AuditRow[]): Promise<(person: string) => string> {
  const approvers = rows.flatMap(({ facts }) => (Array.isArray(facts.approvers) ? facts.approvers : []));
  const people = [run?.requester, ...rows.map((row) => row.person), ...approvers];
  const names = new Map<string, string>();
  for (const person of new Set(people.filter((one) => typeof one === 'string')))
    try {
      names.set(person, (await surfaceOf(services, person).person(person)).name);
    } catch {
      // Gone from the workspace: the id stands for them.
    }
  return (person) => names.get(person) ?? person.split(':').at(-1) ?? person;
}

export function showStory(output: Json): Reply {
  const { reference, lines, omitted } = story.parse(output);
  if (lines === null)
    return {
      kind: 'words',
      markdown: `${reference} belongs to something that was asked in a private place. I tell it there, and to admins where nobody else reads.`,
    };
  let day = '';
  const said = lines.map((line) => {
    const [date = '', time = ''] = line.at.slice(0, 19).split('T');
    const when = date === day ? time : `${date} ${time}`;
    day = date;
    const name =
      line.reference === null ? '' : line.reference === reference ? ` **${reference}**` : ` ${line.reference}`;
    const link = line.link ? ` · [${line.link.label}](${line.link.url})` : '';
    return `${'  '.repeat(line.depth)}- ${when}${name} ${line.said}${link}`;
  });
  if (omitted > 0) said.splice(mostFirst + 1, 0, `- … ${omitted} rows between`);
  return {
    kind: 'words',
    markdown: [`**The story around ${reference}**`, ...said].join('\n'),
    footer: 'Times are UTC. `npm run sophia -- audit verify` on the server says whether the trail is whole.',
  };
}
