/** `npm run eval -- memory [facts | mem0] [--data <folder of LoCoMo> | --access <count>]`: how often recall finds the evidence, without a key and without a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { Memory, NewMemory } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { tryTriples } from '../../memory/access-triples.ts';
import { indexes } from '../../memory/indexes.ts';
import { makeCodeSet } from './code-set.ts';
import { evaluateFacts } from './facts.ts';
import { readLocomo } from './locomo.ts';
import { createMem0Search } from './mem0-search.ts';
import { type Figures, measure, type Question, Tally, table } from './questions.ts';
import { leaks, makeSlackSet } from './slack-set.ts';

export async function evaluate(words: string[]): Promise<number> {
  const { values, positionals } = parseArgs({
    args: words,
    allowPositionals: true,
    options: { data: { type: 'string' }, access: { type: 'string' } },
  });
  if (values.access) return triesOfAccess(Number(values.access));
  if (positionals[0] === 'facts') return evaluateFacts();
  if (positionals[0] === 'mem0') return besideMem0(values.data);
  if (values.data) {
    const figures = await measureSet(readLocomo(values.data));
    process.stdout.write(table('LoCoMo (single turns)', figures));
    const all = figures.get('all');
    process.stdout.write(
      verdicts([
        ['R@10 ≥ 78 %', (all?.recall10 ?? 0) >= 78],
        ['R@20 ≥ 84 %', (all?.recall20 ?? 0) >= 84],
        ['evidence within 2,000 tokens ≥ 88 %', (all?.packed ?? 0) >= 88],
      ]),
    );
  }
  const set = makeSlackSet();
  const own = await inMemory(async (memory) => {
    await memory.rememberAll(set.rows);
    await memory.rememberAll(set.edits);
    for (const origin of set.deletions) await memory.forget({ origin });
    return { figures: await measure(memory, set.questions), leaked: await leaks(memory, set) };
  });
  process.stdout.write(table(`own set (${set.rows.length} rows)`, own.figures));
  process.stdout.write(
    verdicts([
      ['hit@10 ≥ 95 %', (own.figures.get('all')?.hit10 ?? 0) >= 95],
      [`nothing deleted, edited away or foreign in ${set.forbidden.length} questions for it`, own.leaked.length === 0],
    ]),
  );
  const code = await makeCodeSet();
  const figures = await measureSet(code);
  const inFile = await measureSet({
    ...code,
    questions: code.questions.map((question) => anyOfItsFile(question, code.rows)),
  });
  figures.set('names it: its file', inFile.get('names the identifier') ?? new Tally().figures());
  process.stdout.write(table('own source (doc comments)', figures));
  process.stdout.write(
    verdicts([
      [
        'R@10 ≥ 65 %, the declaration, of comments that name it',
        (figures.get('names the identifier')?.recall10 ?? 0) >= 65,
      ],
      ['hit@10 ≥ 65 %, its file', (figures.get('names it: its file')?.hit10 ?? 0) >= 65],
    ]),
  );
  return 0;
}

/** The same questions to both, without a model: ours, and mem0's own search with a hashing embedder. */
async function besideMem0(data: string | undefined): Promise<number> {
  const slack = makeSlackSet();
  const edited = new Set([...slack.deletions, ...slack.edits.map((row) => row.origin)]);
  const sets: [string, { rows: NewMemory[]; questions: Question[] }][] = [
    ...(data ? [['LoCoMo', readLocomo(data)] as [string, ReturnType<typeof readLocomo>]] : []),
    ['own set', { ...slack, rows: [...slack.rows.filter((row) => !edited.has(row.origin ?? '')), ...slack.edits] }],
  ];
  for (const [name, set] of sets) {
    process.stdout.write(table(`${name}: ours`, await measureSet(set)));
    const mem0 = await createMem0Search(set.rows);
    process.stdout.write(`${table(`${name}: mem0 3.3.1, hashed`, await measure(mem0, set.questions))}\n`);
  }
  return 0;
}

async function triesOfAccess(count: number): Promise<number> {
  let foreign = 0;
  for (const { name, skip, open } of indexes) {
    if (skip) continue;
    const bench = await open();
    const begun = performance.now();
    const verdict = await tryTriples(bench, count);
    await bench.close();
    foreign += verdict.foreign;
    const seconds = ((performance.now() - begun) / 1000).toFixed(0);
    process.stdout.write(
      `${name}: ${verdict.triples} triples, ${verdict.rows} rows recalled, ${verdict.foreign} foreign (${seconds} s)\n`,
    );
  }
  return foreign === 0 ? 0 : 1;
}

function measureSet(set: { rows: NewMemory[]; questions: Question[] }): Promise<Map<string, Figures>> {
  return inMemory(async (memory) => {
    await memory.rememberAll(set.rows);
    return measure(memory, set.questions);
  });
}

async function inMemory<Result>(deed: (memory: Memory) => Promise<Result>): Promise<Result> {
  const directory = mkdtempSync(join(tmpdir(), 'sophia-eval-'));
  const store = await openStore({ directory });
  try {
    return await deed(createMemory({ rows: store.memories, index: store.textIndex }));
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function verdicts(lines: [string, boolean][]): string {
  return `${lines.map(([goal, met]) => `  ${met ? 'met    ' : 'NOT MET'}  ${goal}`).join('\n')}\n\n`;
}

function anyOfItsFile(question: Question, rows: NewMemory[]): Question {
  const file = question.evidence[0]?.split('#')[0] ?? '';
  return { ...question, evidence: rows.flatMap((row) => (row.thread === file && row.origin ? [row.origin] : [])) };
}
