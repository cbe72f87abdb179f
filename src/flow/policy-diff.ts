/** What differs between two policies: rule by rule for people, and line by line. */
import { canonicalJson } from '../core/hash.ts';
import type { Json } from '../core/json.ts';
import type { Detail } from '../core/plan.ts';
import type { PolicyDocument } from './policy.ts';

const linesAround = 2;
/** Beyond this many comparisons the middle is shown as replaced. */
const mostCells = 4_000_000;

export function changedRules(before: PolicyDocument | null, after: PolicyDocument): Detail[] {
  const old = new Map((before?.rules ?? []).map((rule) => [rule.name, same(rule)]));
  const fresh = new Map(after.rules.map((rule) => [rule.name, same(rule)]));
  const names = (all: Map<string, string>, wanted: (name: string) => boolean) => [...all.keys()].filter(wanted);
  const both = names(fresh, (name) => old.has(name));
  const moved = both.join('\n') !== names(old, (name) => fresh.has(name)).join('\n');
  const roles = [...new Set([...Object.keys(before?.roles ?? {}), ...Object.keys(after.roles)])].filter(
    (role) => same(before?.roles[role] ?? null) !== same(after.roles[role] ?? null),
  );
  const lines: [string, string[]][] = [
    ['Rules added', names(fresh, (name) => !old.has(name))],
    ['Rules removed', names(old, (name) => !fresh.has(name))],
    ['Rules changed', both.filter((name) => old.get(name) !== fresh.get(name))],
    ['Order', moved ? ['rules stand in another order, and the first that fits decides'] : []],
    ['Roles changed', roles.map((role) => `${role}: ${after.roles[role]?.join(', ') ?? 'removed'}`)],
  ];
  return lines.flatMap(([label, values]) => (values.length > 0 ? [{ label, value: values.join('; ') }] : []));
}

function same(value: unknown): string {
  return canonicalJson(JSON.parse(JSON.stringify(value)) as Json);
}

/** `-` and `+` lines with a little around them; empty when nothing differs. */
export function lineDiff(before: string, after: string): string {
  const marked = compare(before.split('\n'), after.split('\n'));
  const near = marked.map((_, index) =>
    marked.slice(Math.max(0, index - linesAround), index + linesAround + 1).some((line) => line[0] !== ' '),
  );
  const shown: string[] = [];
  for (const [index, line] of marked.entries()) {
    if (near[index]) shown.push(line);
    else if (shown.length > 0 && shown.at(-1) !== '…') shown.push('…');
  }
  if (shown.at(-1) === '…') shown.pop();
  return shown.join('\n');
}

function compare(a: string[], b: string[]): string[] {
  let head = 0;
  while (head < a.length && head < b.length && a[head] === b[head]) head++;
  let tail = 0;
  while (tail < a.length - head && tail < b.length - head && a.at(-1 - tail) === b.at(-1 - tail)) tail++;
  const kept = (lines: string[]) => lines.map((line) => ` ${line}`);
  return [
    ...kept(a.slice(0, head)),
    ...between(a.slice(head, a.length - tail), b.slice(head, b.length - tail)),
    ...kept(a.slice(a.length - tail)),
  ];
}

/** Longest common subsequence. */
function between(a: string[], b: string[]): string[] {
  if (a.length * b.length > mostCells) return [...a.map((line) => `-${line}`), ...b.map((line) => `+${line}`)];
  const width = b.length + 1;
  const lengths = new Uint32Array((a.length + 1) * width);
  const at = (i: number, j: number) => lengths[i * width + j] ?? 0;
  for (let i = a.length - 1; i >= 0; i--)
    for (let j = b.length - 1; j >= 0; j--)
      lengths[i * width + j] = a[i] === b[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: string[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length || j < b.length) {
    if (i < a.length && j < b.length && a[i] === b[j]) {
      lines.push(` ${a[i]}`);
      i++;
      j++;
    } else if (i < a.length && (j >= b.length || at(i + 1, j) >= at(i, j + 1))) lines.push(`-${a[i++]}`);
    else lines.push(`+${b[j++]}`);
  }
  return lines;
}
