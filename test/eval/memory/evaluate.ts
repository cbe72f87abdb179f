/** `npm run eval -- memory [--data <folder of LoCoMo>]`: how often recall finds the evidence, without a key and without a server. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { NewMemory } from '../../../src/core/memory.ts';
import { createMemory } from '../../../src/memory/index.ts';
import { openStore } from '../../../src/store/index.ts';
import { readLocomo } from './locomo.ts';
import { type Figures, measure, type Question, table } from './questions.ts';

export async function evaluate(words: string[]): Promise<number> {
  const { values } = parseArgs({ args: words, options: { data: { type: 'string' } } });
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
  return 0;
}

async function measureSet(set: { rows: NewMemory[]; questions: Question[] }): Promise<Map<string, Figures>> {
  const directory = mkdtempSync(join(tmpdir(), 'sophia-eval-'));
  const store = await openStore({ directory });
  try {
    const memory = createMemory({ rows: store.memories, index: store.textIndex });
    await memory.rememberAll(set.rows);
    return await measure(memory, set.questions);
  } finally {
    await store.close();
    rmSync(directory, { recursive: true, force: true });
  }
}

function verdicts(lines: [string, boolean][]): string {
  return `${lines.map(([goal, met]) => `  ${met ? 'met    ' : 'NOT MET'}  ${goal}`).join('\n')}\n\n`;
}
