/** A Reply as Slack messages: pure, redacted before anything is shortened and again after. */
import type { Reply } from '../../../core/reply.ts';
import type { Drawn } from '../blocks.ts';
import { renderApprovals } from './approvals.ts';
import { renderCard } from './card.ts';
import { renderChart } from './chart.ts';
import { renderDigest } from './digest.ts';
import { renderFile } from './file.ts';
import type { Mentions } from './inline.ts';
import { renderOutcome } from './outcome.ts';
import { literalPages } from './pages.ts';
import { renderPlan } from './plan.ts';
import { renderProgress } from './progress.ts';
import { sendable } from './repair.ts';
import { renderTable } from './table.ts';
import { wholeOf } from './whole.ts';
import { renderWords } from './words.ts';

export type Redact = (text: string) => string;
/** `mostMessages`: long words, tables and digests may take as many; default one. `names`: Slack id → name. */
export type RenderOptions = { mostMessages?: number; names?: ReadonlyMap<string, string> };

export function render(reply: Reply, redact: Redact, options: RenderOptions = {}): Drawn {
  // A secret cut in half by shortening would no longer be found, so it goes first.
  const clean = everyString(reply, redact);
  const drawn = draw(clean, options);
  const said = everyString(drawn.messages, redact);
  const messages = said.map(sendable);
  // What had to be repaired lost its drawing, maybe more: the whole follows.
  const repaired = messages.some((message, index) => message !== said[index]);
  const file = drawn.file ?? (repaired ? wholeOf(clean) : undefined);
  const rest = () => (repaired && file && 'text' in file ? literalPages(file.text) : drawn.rest());
  return {
    messages,
    rest: () => everyString(rest(), redact).map(sendable),
    ...(file ? { file: everyString(file, redact) } : {}),
  };
}

function draw(reply: Reply, { mostMessages = 1, names = new Map() }: RenderOptions): Drawn {
  switch (reply.kind) {
    case 'words':
      return renderWords(reply, mostMessages, mentionsOf(reply.people, names));
    case 'card':
      return renderCard(reply);
    case 'approvals':
      return renderApprovals(reply);
    case 'plan':
      return renderPlan(reply);
    case 'progress':
      return renderProgress(reply);
    case 'outcome':
      return renderOutcome(withNames(reply, names));
    case 'digest':
      return renderDigest(withNames(reply, names), mostMessages);
    case 'table':
      return renderTable(reply, mostMessages, mentionsOf(reply.people, names));
    case 'chart':
      return renderChart(reply, mostMessages);
    case 'file':
      return renderFile(reply, mostMessages);
  }
}

function mentionsOf(people: string[] | undefined, names: ReadonlyMap<string, string>): Mentions {
  return { allowed: new Set((people ?? []).map((id) => id.split(':').at(-1) ?? '')), names };
}

const mentioned = /<@([UW][A-Z0-9]{1,40})(?:\|[^>\n]{0,100})?>/g;

/** Slack ids of whoever a reply speaks of: their names are to be shown. Cards show what they hold to the letter. */
export function mentionedIn(reply: Reply): string[] {
  if (!named.has(reply.kind)) return [];
  return [...new Set([...JSON.stringify(reply).matchAll(mentioned)].map(([, id]) => id ?? ''))];
}

const named = new Set<Reply['kind']>(['words', 'table', 'digest', 'outcome']);

/** Where nobody can be called, a mention is the name. */
function withNames<T extends Reply>(reply: T, names: ReadonlyMap<string, string>): T {
  return everyString(reply, (text) =>
    text.replace(mentioned, (whole, id: string) => (names.has(id) ? `@${names.get(id)}` : whole)),
  );
}

export function everyString<T>(value: T, change: (text: string) => string): T {
  if (typeof value === 'string') return change(value) as T;
  if (Array.isArray(value)) return value.map((item) => everyString(item, change)) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, everyString(item, change)])) as T;
}
