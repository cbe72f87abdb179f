/** Showing what is remembered: what answers a question and why, and all that is known of whoever asks. */
import { z } from 'zod';
import { type Action, defineAction } from '../../core/action.ts';
import { SophiaError } from '../../core/error.ts';
import type { Services } from '../../core/job.ts';
import type { Json } from '../../core/json.ts';
import type { MemoryRow } from '../../core/memory.ts';
import type { Reply } from '../../core/reply.ts';
import { accessOf, tellable } from './memory-access.ts';

const mostShown = 8;
const recallTokens = 1_500;
const shortText = 240;
const mostExported = 500;

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
    description: 'shows what is remembered about a question, with where each piece comes from',
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
        why: `${Math.round((100 * row.score) / (highest || 1))} % of the best; ${placeWords(row)}`,
      }));
      return { rows };
    },
    show: (output) => table('Remembered', output, 'Nothing is remembered about that, for the people who read here.'),
  });

  const show = defineAction({
    name: 'sophia_show_memory',
    description:
      'shows what is remembered of whoever asks; `memory json` gives all of it, in their own direct messages',
    effect: 'read',
    taints: true,
    usage: 'memory [<form>]',
    example: '/sophia memory',
    input: z.strictObject({ form: z.enum(['json']).optional() }),
    output: known,
    async run({ input }, context) {
      const all = await services().memory.about(context.requester.id);
      const access = await accessOf(services(), context);
      // Their own words of another place are not for those who read along here.
      const here = await services().memory.check(
        all.map((row) => row.id),
        access,
      );
      const may = new Set(here.map((row) => row.id));
      const own = all.filter((row) => may.has(row.id)).toReversed();
      if (input.form === 'json' && !direct(access.audience))
        throw new SophiaError('bad_input', 'Ask for that in a direct message: others read along here.', {
          hint: '`memory json`, in your messages with me.',
        });
      const kinds: Record<string, number> = {};
      for (const row of all) kinds[row.kind] = (kinds[row.kind] ?? 0) + 1;
      return {
        total: all.length,
        kinds,
        rows: own.slice(0, mostShown).map((row) => ({ ...lineOf(row), why: placeWords(row) })),
        ...(input.form === 'json' ? { json: JSON.stringify(own.slice(0, mostExported), null, 1) } : {}),
      };
    },
    show(output) {
      const { total, kinds, json } = known.parse(output);
      if (json !== undefined) return { kind: 'words', markdown: `\`\`\`\n${json.replaceAll('```', "'''")}\n\`\`\`` };
      const counts = Object.entries(kinds).map(([kind, count]) => `${count} ${kind}`);
      const title = `I remember ${total} things of you or about you${total > 0 ? ` (${counts.join(', ')})` : ''}`;
      const footer =
        '`forget <memory>` forgets one, `forget me` all; `memory json` in a direct message gives all of it; `memory held` shows what waits for a word.';
      return { ...table(title, output, `${title}.`), footer };
    },
  });

  return [recall, show];
}

function direct(audience: string): boolean {
  return /^[a-z]+:[^:]+:D/.test(audience);
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

function placeWords(row: MemoryRow): string {
  return row.acl.endsWith(':public') ? 'from a public channel' : 'from a place you are in';
}

function table(title: string, output: Json, empty: string): Extract<Reply, { kind: 'table' | 'words' }> {
  const { rows } = z.object({ rows: z.array(shown) }).parse(output);
  if (rows.length === 0) return { kind: 'words', markdown: empty };
  return {
    kind: 'table',
    title,
    columns: ['memory', 'when', 'from', 'what', 'why'],
    rows: rows.map((row) => [row.memory, row.at, row.from, row.text, row.why]),
  };
}
