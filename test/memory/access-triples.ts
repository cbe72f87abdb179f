/** Random readers, places and questions against an index, judged by a rule of its own: how many foreign rows came back. */
import type { Memory } from '../../src/core/memory.ts';
import { createMemory } from '../../src/memory/index.ts';
import type { IndexBench } from './indexes.ts';
import { said } from './samples.ts';

const teams = ['T0ACME', 'T0EVIL'];
const places = [
  'public',
  ...Array.from({ length: 8 }, (_, index) => `C${index}`),
  ...Array.from({ length: 6 }, (_, index) => `D${index}`),
];
const vocabulary = 'deploy rollback billing outage cache port staging invoice latency token'.split(' ');

export type Verdict = { triples: number; rows: number; foreign: number };

export async function tryTriples(bench: IndexBench, triples: number, seed = 7): Promise<Verdict> {
  const random = randomFrom(seed);
  const pick = <Value>(values: readonly Value[]): Value => values[Math.floor(random() * values.length)] as Value;
  const some = <Value>(values: readonly Value[], share: number) => values.filter(() => random() < share);
  const tokens = teams.flatMap((team) => places.map((place) => `slack:${team}:${place}`));
  const memory: Memory = createMemory({ rows: bench.rows, index: bench.index });
  for (const [number, acl] of [...tokens, ...tokens, ...tokens].entries())
    await memory.remember(
      said(`${pick(vocabulary)} ${pick(vocabulary)} ${number}`, {
        acl,
        thread: `${acl}:${number % 2}`,
        channel: acl.endsWith(':public') ? acl.replace('public', `C${number % 9}`) : acl,
      }),
    );
  const { rows } = await bench.rows.page(0, 1_000);
  await bench.index.put(rows);

  let [heard, foreign] = [0, 0];
  for (let triple = 0; triple < triples; triple++) {
    const readable = some(tokens, random());
    const audience =
      random() < 0.95
        ? pick(tokens)
        : pick(['', 'slack:T0ACME', 'slack:T0ACME:*', 'mail:T0ACME:C1', `${pick(tokens)}:1`]);
    const query = `${pick(vocabulary)} ${random() < 0.5 ? pick(vocabulary) : ''}`;
    // Where guests read along, only what was said in that very channel.
    const only = random() < 0.2 ? `slack:${pick(teams)}:C${Math.floor(random() * 9)}` : undefined;
    const access = { readable, audience, ...(only === undefined ? {} : { only }) };
    const found = await memory.recall(query, access, { maxTokens: 500 });
    heard += found.length;
    const strange = found.filter(
      (row) => !mayBeHeard(row.acl, new Set(readable), audience) || (only !== undefined && row.channel !== only),
    );
    foreign += strange.length;
  }
  return { triples, rows: heard, foreign };
}

/** Said anew, not with the code under test. */
function mayBeHeard(acl: string, readable: Set<string>, audience: string): boolean {
  if (!readable.has(acl) || !readable.has(audience)) return false;
  const [, team, place = ''] = audience.split(':');
  const [, otherTeam, otherPlace] = acl.split(':');
  if (team !== otherTeam) return false;
  if (place.startsWith('D')) return true;
  return otherPlace === place || otherPlace === 'public';
}

/** Mulberry32: the same triples every time. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
}
