/** `npm run eval -- memory facts`: how well the write gate tells what is worth keeping from junk, on a labelled set of ours (CC0). */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { summaries } from '../../../src/memory/summary.ts';
import { rejectionOf } from '../../../src/memory/write-gate.ts';
import { stored } from '../../memory/samples.ts';
import { makeSlackSet } from './slack-set.ts';

const set = z.object({
  items: z.array(
    z.object({
      text: z.string(),
      label: z.enum(['fact', 'duplicate', 'chatter', 'secret', 'instruction', 'unsupported']),
      known: z.array(z.string()).default([]),
      said: z.string().optional(),
      fresh: z.boolean().default(false),
    }),
  ),
});

export type Judged = { text: string; label: string; verdict: string };

/** Those that the rules were made with, or those written afterwards, which the rules were not changed for. */
export function judgeFacts(part: 'made with' | 'fresh'): Judged[] {
  const { items } = set.parse(JSON.parse(readFileSync(new URL('facts.json', import.meta.url), 'utf8')));
  return items
    .filter(({ fresh }) => fresh === (part === 'fresh'))
    .map(({ text, label, known, said }) => ({
      ...{ text, label },
      verdict: rejectionOf(text, { known, ...(said === undefined ? {} : { said }) }) ?? 'fact',
    }));
}

export function figuresOf(judged: Judged[]) {
  const percent = (some: number, all: number) => (all === 0 ? Number.NaN : (100 * some) / all);
  const facts = judged.filter(({ label }) => label === 'fact');
  const junk = judged.filter(({ label }) => label !== 'fact');
  const kept = judged.filter(({ verdict }) => verdict === 'fact');
  return {
    items: judged.length,
    /** Of what a model drew, before the gate. */
    junkBefore: percent(junk.length, judged.length),
    /** Of what was kept. */
    junkAfter: percent(kept.filter(({ label }) => label !== 'fact').length, kept.length),
    factsKept: percent(facts.filter(({ verdict }) => verdict === 'fact').length, facts.length),
    ordersTurnedAway: share('instruction'),
    secretsTurnedAway: share('secret'),
    chatterTurnedAway: share('chatter'),
    duplicatesTurnedAway: share('duplicate'),
    unsupportedTurnedAway: share('unsupported'),
  };
  function share(kind: string): number {
    const some = judged.filter(({ label }) => label === kind);
    return percent(some.filter(({ verdict }) => verdict !== 'fact').length, some.length);
  }
}

/** Of the threads of our own Slack-like set that answer a question: how many of their summaries hold the answer, and in how few words. */
async function summarised(): Promise<string> {
  const { rows, questions } = makeSlackSet();
  const threads = Map.groupBy(rows, (row) => row.thread ?? '');
  const byOrigin = new Map(rows.map((row) => [row.origin, row]));
  let [asked, held, letters, all] = [0, 0, 0, 0];
  for (const { evidence } of questions) {
    const row = byOrigin.get(evidence[0] ?? '');
    const thread = threads.get(row?.thread ?? '') ?? [];
    if (row?.kind !== 'message' || thread.length < 3) continue;
    const said = thread.map((one, index) => stored(String(index), one.text));
    const drawn = await summaries.draw({ talk: '', acl: row.acl, rows: said, known: [] });
    const text = drawn.state === 'drawn' ? drawn.drafts.map((draft) => draft.text).join(' ') : '';
    asked++;
    held += text.includes(row.text) ? 1 : 0;
    letters += text.length;
    all += thread.reduce((sum, one) => sum + one.text.length, 0);
  }
  const percent = (some: number, of: number) => `${((100 * some) / of).toFixed(1)} %`;
  return `summaries of ${asked} threads that answer a question: ${percent(held, asked)} hold the answer, in ${percent(letters, all)} of the letters\n`;
}

export async function evaluateFacts(): Promise<number> {
  const parts = ['made with', 'fresh'] as const;
  const figures = parts.map((part) => figuresOf(judgeFacts(part)));
  const names = Object.keys(figures[0] ?? {}) as (keyof ReturnType<typeof figuresOf>)[];
  const lines = names.map(
    (name) => `${name.padEnd(24)}${figures.map((one) => shown(one[name], name).padStart(11)).join('')}`,
  );
  const wrong = parts
    .flatMap((part) => judgeFacts(part))
    .filter(({ label, verdict }) => (label === 'fact') !== (verdict === 'fact'));
  process.stdout.write(
    `${'write gate (%)'.padEnd(24)}${parts.map((part) => part.padStart(11)).join('')}\n${lines.join('\n')}\n`,
  );
  process.stdout.write(wrong.map(({ text, label, verdict }) => `  ${label} taken for ${verdict}: ${text}\n`).join(''));
  process.stdout.write(`\n${await summarised()}`);
  return 0;
}

function shown(figure: number, name: string): string {
  return Number.isNaN(figure) ? 'none' : figure.toFixed(name === 'items' ? 0 : 1);
}
