/** What a set of questions looks like, and how well a ranking answers it. */
import type { Access, Memory, MemoryKind } from '../../../src/core/memory.ts';

export type Question = {
  id: string;
  group: string;
  text: string;
  evidence: string[];
  access: Access;
  kinds?: readonly MemoryKind[];
};

/** Origins, best first, with their texts. */
export type Ranked = { origin: string; text: string }[];

export type Figures = {
  questions: number;
  recall5: number;
  recall10: number;
  recall20: number;
  /** Share of questions with a piece of evidence among the first ten. */
  hit10: number;
  /** Share of the evidence inside a prompt of 2,000 tokens. */
  packed: number;
  p50: number;
  p95: number;
};

/** Any budget this large holds every row that was found. */
const everything = 10_000_000;
const budget = 2_000;

export async function measure(memory: Pick<Memory, 'recall'>, questions: Question[]): Promise<Map<string, Figures>> {
  const groups = new Map<string, Tally>();
  for (const question of questions) {
    const begun = performance.now();
    const kinds = question.kinds ? { kinds: question.kinds } : {};
    const all = await memory.recall(question.text, question.access, { maxTokens: everything, ...kinds });
    const milliseconds = performance.now() - begun;
    const packed = await memory.recall(question.text, question.access, { maxTokens: budget, ...kinds });
    for (const name of ['all', question.group]) {
      const tally = groups.get(name) ?? new Tally();
      groups.set(name, tally);
      tally.add(
        question,
        all.map((row) => ({ origin: row.origin ?? '', text: row.text })),
        packed.map((row) => ({ origin: row.origin ?? '', text: row.text })),
        milliseconds,
      );
    }
  }
  return new Map([...groups].map(([name, tally]) => [name, tally.figures()]));
}

type Answered = { at5: number; at10: number; at20: number; hit: number; packed: number; ms: number };

export class Tally {
  readonly #rows: Answered[] = [];

  add(question: Pick<Question, 'evidence'>, all: Ranked, packed: Ranked, ms: number): void {
    const share = (rows: Ranked) => {
      const there = new Set(rows.map((row) => row.origin));
      return question.evidence.filter((one) => there.has(one)).length / question.evidence.length;
    };
    const at10 = share(all.slice(0, 10));
    this.#rows.push({
      at5: share(all.slice(0, 5)),
      at10,
      at20: share(all.slice(0, 20)),
      hit: at10 > 0 ? 1 : 0,
      packed: share(packed),
      ms,
    });
  }

  figures(): Figures {
    const mean = (pick: (row: Answered) => number) =>
      (100 * this.#rows.reduce((sum, row) => sum + pick(row), 0)) / Math.max(1, this.#rows.length);
    const times = this.#rows.map((row) => row.ms).sort((one, other) => one - other);
    const at = (share: number) => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? Number.NaN;
    return {
      questions: this.#rows.length,
      recall5: mean((row) => row.at5),
      recall10: mean((row) => row.at10),
      recall20: mean((row) => row.at20),
      hit10: mean((row) => row.hit),
      packed: mean((row) => row.packed),
      p50: at(0.5),
      p95: at(0.95),
    };
  }
}

export function table(title: string, figures: Map<string, Figures>): string {
  const cell = (value: number) => value.toFixed(1).padStart(7);
  const head = `${title.padEnd(28)} questions    R@5   R@10   R@20 hit@10  in 2k tokens   p50 ms   p95 ms`;
  const lines = [...figures].map(
    ([name, one]) =>
      `${name.padEnd(28)} ${String(one.questions).padStart(9)}${[one.recall5, one.recall10, one.recall20, one.hit10].map(cell).join('')}${one.packed.toFixed(1).padStart(14)}${one.p50.toFixed(1).padStart(9)}${one.p95.toFixed(1).padStart(9)}`,
  );
  return `${[head, ...lines].join('\n')}\n`;
}
