/** A task whose answer can be checked without anybody reading it, and the chance that tasks are made with. */
import type { ModelClass, ToolCall, ToolSpec } from '../../core/model.ts';

export type Task = {
  /** Its number in its class: `coding-17`. */
  id: string;
  class: Exclude<ModelClass, 'fallback'>;
  question: string;
  tools: ToolSpec[];
  holds(answer: { text: string; calls: readonly ToolCall[] }): boolean;
};

export type Made = Pick<Task, 'question' | 'holds'> & { tools?: ToolSpec[] };
export type Chance = {
  whole(least: number, most: number): number;
  pick<T>(list: readonly T[]): T;
  some<T>(list: readonly T[], count: number): T[];
};

/** Mulberry32: the same tasks on every machine. */
export function createChance(seed: number): Chance {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) / 4_294_967_296;
  };
  const whole = (least: number, most: number) => least + Math.floor(next() * (most - least + 1));
  const pick = <T>(list: readonly T[]) => list[whole(0, list.length - 1)] as T;
  const some = <T>(list: readonly T[], count: number) => {
    const rest = [...list];
    return Array.from(
      { length: Math.min(count, list.length) },
      () => rest.splice(whole(0, rest.length - 1), 1)[0] as T,
    );
  };
  return { whole, pick, some };
}

/** What stands behind the last “Answer:”, else the last line. */
function lastLine(text: string): string {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter(Boolean);
  const said = lines.findLast((line) => /^\W*answer\W*:/i.test(line)) ?? lines.at(-1) ?? '';
  return said.replace(/^\W*answer\W*:[*_]*/i, '').trim();
}

/** The same without the marks that models like to put around it. */
export function lastAnswer(text: string): string {
  return lastLine(text)
    .replace(/[*`"“”]|\\boxed|[{}](?=\s*$)/g, '')
    .trim();
}

/** The same number, whatever stands around it. */
export function isNumber(text: string, wanted: number): boolean {
  const found = lastAnswer(text)
    .replaceAll(/(?<=\d)[,\s](?=\d{3}\b)/g, '')
    .match(/-?\d+(\.\d+)?/g);
  return found !== null && Math.abs(Number(found.at(-1)) - wanted) < 0.01;
}

/** The same words, whatever their case and the full stop. */
export function isText(text: string, wanted: string): boolean {
  const plain = (words: string) =>
    words
      .toLowerCase()
      .replace(/[.!]+$/, '')
      .replace(/\s+/g, ' ')
      .trim();
  return plain(lastAnswer(text)) === plain(wanted);
}

/** The same JSON value, found in the last line or in the whole text. */
export function isJson(text: string, wanted: unknown): boolean {
  const whole = text.replace(/```(json)?/g, '').trim();
  return [whole, lastLine(text).replace(/^[*`]+|[*`.]+$/g, ''), whole.slice(whole.search(/[[{]/))].some((part) => {
    try {
      return canonical(JSON.parse(part)) === canonical(wanted);
    } catch {
      return false;
    }
  });
}

function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([one], [other]) => (one < other ? -1 : 1)))
      : inner,
  );
}
