/** Showing what is remembered: what answers a question and why, and all that is known of whoever asks. */
import { z } from 'zod';
import { type Action, defineAction, type LookContext } from '../../core/action.ts';
import type { Services } from '../../core/job.ts';
import type { MemoryRow, Recollection } from '../../core/memory.ts';
import type { DigestItem, Reply } from '../../core/reply.ts';
import { accessOf, tellable } from './memory-access.ts';
import { surfaceOf } from './people.ts';

const mostShown = 8;
const recallTokens = 1_500;
const shortText = 240;
const mostExported = 2_000;

const shown = z.strictObject({
  memory: z.string(),
  at: z.string(),
  from: z.string(),
  kind: z.string(),
  text: z.string(),
  link: z.string().nullable(),
  why: z.string(),
});
const recalled = z.strictObject({ rows: z.array(shown) });
const known = z.strictObject({
  total: z.number(),
  kinds: z.record(z.string(), z.number()),
  rows: z.array(shown),
  json: z.string().optional(),
});

export function memoryReads(services: () => Services): Action[] {
  const recall = defineAction({
    name: 'sophia_recall',
    description: 'shows what is remembered about a question, where each piece comes from and why it was chosen',
    effect: 'read',
    // Mostly words of others.
    taints: true,
    usage: 'recall <question...>',
    example: '/sophia recall why did billing-api fail in March',
    input: z.strictObject({ question: z.string().trim().min(2).max(500) }),
    output: recalled,
    async run({ input }, context) {
      const access = await accessOf(services(), context);
      const proposed = await services().memory.recall(input.question, access, { maxTokens: recallTokens });
      const found = await tellable(services(), context, proposed);
      const highest = found[0]?.score ?? 1;
      const rows = found.slice(0, mostShown).map((row) => ({
        ...lineOf(row),
        why: [becauseOf(row), `${Math.round((100 * row.score) / (highest || 1))} % of the best`, placeOf(row)].join(
          '; ',
        ),
      }));
      return { rows };
    },
    show(output) {
      const { rows } = recalled.parse(output);
      if (rows.length === 0)
        return { kind: 'words', markdown: 'Nothing is remembered about that, for the people who read here.' };
      const columns = ['memory', 'when', 'from', 'what', 'why'];
      const lines = rows.map((row) => [row.memory, row.at, row.from, row.text, row.why]);
      return { kind: 'table', title: 'Remembered', columns, rows: lines };
    },
  });

  const show = defineAction({
    name: 'sophia_show_memory',
    description:
      'shows whoever asks, and them alone, what is remembered of them and about them; `memory json` gives it as a file',
    effect: 'read',
    taints: true,
    private: true,
    everyone: true,
    usage: 'memory [<form>]',
    example: '/sophia memory',
    input: z.strictObject({ form: z.enum(['json']).optional() }),
    output: known,
    async run({ input }, context) {
      const all = await ownOf(services(), context);
      const kinds: Record<string, number> = {};
      for (const row of all) kinds[row.kind] = (kinds[row.kind] ?? 0) + 1;
      const exported = all.slice(0, mostExported);
      return {
        total: all.length,
        kinds,
        rows: all.slice(0, mostShown).map((row) => ({ ...lineOf(row), why: placeOf(row) })),
        ...(input.form === 'json' ? { json: JSON.stringify(exported, null, 1) } : {}),
      };
    },
    show: (output) => showKnown(known.parse(output)),
  });

  return [recall, show];
}

/** Newest first: what they said themselves, where nobody else reads; and of the rest what may be told there. */
async function ownOf(services: Services, context: LookContext): Promise<MemoryRow[]> {
  const { requester, place } = context;
  const all = await services.memory.about(requester.id);
  const access = await accessOf(services, context);
  const ids = all.map((row) => row.id);
  const may = new Set(
    (await tellable(services, context, await services.memory.check(ids, access))).map((row) => row.id),
  );
  const alone = place.audience === (await surfaceOf(services, requester.id).own(requester.id));
  return all
    .filter((row) => may.has(row.id) || (alone && row.person === requester.id))
    .map((row) => (may.has(row.id) ? row : { ...row, link: null }))
    .toReversed();
}

function showKnown({ total, kinds, rows, json }: z.infer<typeof known>): Reply {
  const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
  const title = `I remember ${total} things of you or about you${total > 0 ? ` (${counts.join(', ')})` : ''}`;
  if (json !== undefined) {
    const left = total - mostExported;
    const rest = left > 0 ? ` The newest ${mostExported}; ask whoever runs me for the other ${left}.` : '';
    return { kind: 'file', title, name: 'memory.json', mime: 'application/json', text: json, note: `${title}.${rest}` };
  }
  const items: DigestItem[] = rows.map((row) => ({
    text: `${row.memory} ${row.text}`,
    detail: `${row.at}, ${row.kind} of ${row.from}; ${row.why}`,
    ...(row.link ? { link: row.link } : {}),
    button: { label: 'Forget', style: 'danger', action: 'sophia_forget', input: { what: row.memory } },
  }));
  const footer =
    '`correct <memory> <text>` puts right what one says, `forget <memory>` forgets it, `forget me` all; `memory json` gives all as a file; `memory held` shows what waits for a word.';
  const note = total > rows.length ? `and ${total - rows.length} older ones` : undefined;
  return {
    kind: 'digest',
    title,
    sections: items.length > 0 ? [{ title: 'Newest first', items, ...(note === undefined ? {} : { note }) }] : [],
    footer,
  };
}

function lineOf(row: MemoryRow) {
  return {
    memory: row.id.slice(0, 8),
    at: row.at.slice(0, 10),
    from: row.speaker ?? row.person ?? row.origin ?? 'Sophia',
    kind: row.kind,
    text: row.text.length > shortText ? `${row.text.slice(0, shortText)}…` : row.text,
    link: row.link,
  };
}

/** By which words it was found; a row without any stands beside one that has them, or means the same. */
function becauseOf({ because = [] }: Recollection): string {
  return because.length > 0 ? `says ${because.join(', ')}` : 'stands beside what fits, or means something like it';
}

function placeOf(row: MemoryRow): string {
  const from = row.acl.endsWith(':public') ? 'from a public channel' : 'from a place you are in';
  const held = row.trust === 'quarantined' ? ['held back until somebody keeps it'] : [];
  return [from, ...held, ...(row.corrected ? [`corrected on ${row.corrected.at.slice(0, 10)}`] : [])].join('; ');
}
