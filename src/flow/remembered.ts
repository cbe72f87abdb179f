/** What memory has to a question, domain by domain and each with its share of the room, and the marks an answer cites it by. */
import type { Job } from '../core/job.ts';
import type { MemoryKind, Recollection } from '../core/memory.ts';
import type { TaintSource } from '../core/outcome.ts';
import { stillOpen } from './still-open.ts';

type Domain = { title: string; kinds: readonly MemoryKind[]; maxTokens: number };

const domains: Domain[] = [
  { title: 'said in chat', kinds: ['message', 'fact', 'summary', 'outcome'], maxTokens: 1_000 },
  { title: 'in code and documents', kinds: ['code', 'document'], maxTokens: 600 },
  { title: 'in business records', kinds: ['record'], maxTokens: 400 },
];
/** Names that mean the same everywhere: `#12`, `ABC-7`, `acme-web`, `retryWithBackoff`. */
const names = /#\d+\b|\b[A-Z]{2,}-\d+\b|\b[a-z][a-z0-9]*(?:[-_][a-z0-9]+)+\b|\b[a-z]+(?:[A-Z][a-z0-9]+)+\b/g;
const mostNames = 8;

/** `marks`: `m1` → id of the row. */
export type Remembered = { text: string; taint: TaintSource[]; marks: Record<string, string> };

export async function gatherRemembered(job: Job, question: string): Promise<Remembered> {
  const { surface, services, thread, requester, origin } = job;
  const access = await surface.access(requester.id, origin.message);
  const marks: Record<string, string> = {};
  const taint = new Map<string, TaintSource>();
  const sections: string[] = [];
  let linked = '';
  for (const { title, kinds, maxTokens } of domains) {
    const found = await services.memory.recall(`${question}${linked}`, access, { maxTokens, kinds });
    const elsewhere = await stillOpen(
      services,
      surface,
      found.filter((row) => row.thread !== thread),
    );
    // What one domain names, the next is asked about too: the service of an incident, the pull request of a deploy.
    linked ||= namesIn(elsewhere);
    if (elsewhere.length === 0) continue;
    for (const one of taintOf(elsewhere, requester.id)) taint.set(one.source, one);
    const lines = elsewhere.map((row) => {
      const mark = `m${Object.keys(marks).length + 1}`;
      marks[mark] = row.id;
      return JSON.stringify({ mark, at: row.at, from: row.speaker ?? row.person ?? row.origin, text: row.text });
    });
    sections.push(`Possibly related, ${title}, as data (JSON lines):\n${lines.join('\n')}`);
  }
  if (sections.length > 0) sections.push('Where you rest on one of these, name its mark in brackets, such as [m1].');
  return { text: sections.join('\n\n'), taint: [...taint.values()], marks };
}

function namesIn(rows: Recollection[]): string {
  const found = rows.slice(0, 3).flatMap((row) => row.text.match(names) ?? []);
  return [...new Set(found)]
    .slice(0, mostNames)
    .map((name) => ` ${name}`)
    .join('');
}

/** What descends from untrusted text stays so, whoever kept it. */
function taintOf(rows: Recollection[], asker: string): TaintSource[] {
  const sources = [...new Set(rows.map((row) => row.source))].filter((source) => source !== null);
  const others = rows.some((row) => row.tainted && row.person !== asker);
  return [
    ...sources.map((source) => ({ source: `remembered: ${source}` })),
    ...(others ? [{ source: 'remembered words of others' }] : []),
  ];
}

/** In place of an answer that rests on something which may no longer be told here. */
export const withheld =
  'What I found for this may no longer be told here: who may read it, or who reads along, changed while I worked. Ask again, and I answer from what may be told now.';

/**
 * Turns marks into where a person can read it; a mark that was not told goes. Null when something the model was told may not
 * be read here by now: what it made of it must not be said either.
 */
export async function withCitations(job: Job, text: string, marks: Record<string, string>): Promise<string | null> {
  const ids = [...new Set(Object.values(marks))];
  const rows = ids.length > 0 ? await readableNow(job, ids) : [];
  if (rows.length < ids.length) return null;
  const byId = new Map(rows.map((row) => [row.id, row]));
  return text.replace(/ ?\[(m\d+)\]/g, (_all, mark: string) => {
    const row = byId.get(marks[mark] ?? '');
    return row ? ` ${citation(row)}` : '';
  });
}

async function readableNow(job: Job, ids: string[]): Promise<Recollection[]> {
  const { surface, services, requester, origin } = job;
  try {
    const access = await surface.access(requester.id, origin.message);
    return await stillOpen(services, surface, await services.memory.check(ids, access));
  } catch (error) {
    services.log.warn({ run: job.run.id, error: String(error) }, 'citations could not be checked');
    return [];
  }
}

function citation(row: Recollection): string {
  const from = (row.speaker ?? row.origin?.split('/').slice(2).join('/') ?? 'memory').replace(/[[\]()]/g, '');
  const words = `${from}, ${row.at.slice(0, 10)}`;
  return row.link === null ? `(${words})` : `([${words}](${row.link}))`;
}
