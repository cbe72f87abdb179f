/** What memory has to a question, domain by domain and each with its share of the room, and the marks an answer cites it by. */
import type { Job } from '../core/job.ts';
import type { MemoryKind, Recollection } from '../core/memory.ts';
import type { TaintSource } from '../core/outcome.ts';
import { linkTo, rootOf } from './link-to.ts';
import { mostNames, mostRead, namesIn } from './shared-names.ts';
import { stillOpen } from './still-open.ts';

type Domain = { title: string; kinds: readonly MemoryKind[]; maxTokens: number };

const domains: Domain[] = [
  { title: 'said in chat', kinds: ['message', 'fact', 'summary', 'outcome'], maxTokens: 1_000 },
  { title: 'in code, documents and pull requests', kinds: ['code', 'document'], maxTokens: 600 },
  { title: 'in business records', kinds: ['record'], maxTokens: 400 },
];
/** Of a domain's room, what belongs to what answers the question itself; the rest is for what the other domains lead to. */
const ownShare = 0.6;

/** `marks`: `m1` → id of the row. */
export type Remembered = { text: string; taint: TaintSource[]; marks: Record<string, string> };

export async function gatherRemembered(job: Job, question: string): Promise<Remembered> {
  const { surface, services, thread, requester, origin } = job;
  const access = await surface.access(requester.id, origin.message);
  const ask = async (words: string, { kinds, maxTokens }: Domain) => {
    const found = await services.memory.recall(words, access, { maxTokens, kinds });
    return stillOpen(
      services,
      surface,
      found.filter((row) => row.thread !== thread),
    );
  };
  const found: Recollection[][] = [];
  for (const domain of domains) found.push(await ask(question, domain));
  const named = found.map((rows) => namesIn(rows.slice(0, mostRead).map((row) => row.text)));
  for (const [index, domain] of domains.entries()) {
    // What one domain names, the others are asked about too: the service of an incident, the pull request of a deploy.
    const others = named.flatMap((names, other) => (other === index ? [] : [...names].slice(0, mostNames)));
    const fresh = [...new Set(others)].filter((name) => !question.includes(name));
    if (fresh.length === 0) continue;
    const led = await ask(`${question} ${fresh.join(' ')}`, domain);
    found[index] = joined(found[index] ?? [], led, domain.maxTokens);
  }

  const marks: Record<string, string> = {};
  const taint = new Map<string, TaintSource>();
  const sections = domains.flatMap(({ title }, index) => {
    const rows = found[index] ?? [];
    if (rows.length === 0) return [];
    for (const one of taintOf(rows, requester.id)) taint.set(one.source, one);
    const lines = rows.map((row) => {
      const mark = `m${Object.keys(marks).length + 1}`;
      marks[mark] = row.id;
      return JSON.stringify({ mark, at: row.at, from: row.speaker ?? row.person ?? row.origin, text: row.text });
    });
    return [`Possibly related, ${title}, as data (JSON lines):\n${lines.join('\n')}`];
  });
  const links = linksOf(found);
  if (links.length > 0) sections.push(`Named in more than one of these: ${JSON.stringify(links)}`);
  if (sections.length > 0) sections.push('Where you rest on one of these, name its mark in brackets, such as [m1].');
  return { text: sections.join('\n\n'), taint: [...taint.values()], marks };
}

/** The best answers to the question keep their share, then comes what the others led to, then the rest, as far as there is room. */
function joined(own: Recollection[], led: Recollection[], maxTokens: number): Recollection[] {
  let room = maxTokens;
  const taken = new Map<string, Recollection>();
  const take = (rows: Recollection[], least: number) => {
    for (const row of rows) {
      const tokens = Math.ceil(row.text.length / 4);
      if (taken.has(row.id) || room - tokens < least) continue;
      taken.set(row.id, row);
      room -= tokens;
    }
  };
  take(own, maxTokens * (1 - ownShare));
  take(led, 0);
  take(own, 0);
  return [...taken.values()];
}

/** Names that several domains have in common: what makes their pieces one story. */
function linksOf(found: Recollection[][]): string[] {
  const count = new Map<string, number>();
  for (const rows of found)
    for (const name of namesIn(rows.map((row) => row.text))) count.set(name, (count.get(name) ?? 0) + 1);
  return [...count].flatMap(([name, domains]) => (domains > 1 ? [name] : [])).slice(0, mostNames);
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
  const cited = new Set([...text.matchAll(/\[(m\d+)\]/g)].map(([, mark = '']) => marks[mark]));
  const citations = new Map<string, string>();
  for (const row of rows.filter(({ id }) => cited.has(id))) {
    const link = row.link ?? (row.thread === null ? null : await linkTo(job.services, rootOf(row.thread)));
    citations.set(row.id, citation(row, link));
  }
  return text.replace(/ ?\[(m\d+)\]/g, (_all, mark: string) => {
    const one = citations.get(marks[mark] ?? '');
    return one === undefined ? '' : ` ${one}`;
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

function citation(row: Recollection, link: string | null): string {
  // Of a piece with many declarations the first stands for all.
  const place = row.origin?.split('/').slice(2).join('/').replace(/,.*/, '');
  const from = (row.speaker ?? place ?? 'memory').replace(/[[\]()]/g, '');
  const words = `${from}, ${row.at.slice(0, 10)}`;
  return link === null ? `(${words})` : `([${words}](${link}))`;
}
