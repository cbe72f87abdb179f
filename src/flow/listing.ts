/** Shows an action's output to people when the action has no view of its own. */
import type { Json } from '../core/json.ts';
import type { Reply } from '../core/reply.ts';

const mostColumns = 6;

export function listing(title: string, output: Json): Reply {
  const rows = firstRows(output);
  if (!rows) return { kind: 'words', markdown: `**${title}**\n${lines(output)}` };
  const columns = Object.keys(rows[0] ?? {})
    .filter((name) => rows.some((row) => isPlain(row[name])))
    .slice(0, mostColumns);
  if (rows.length === 0) return { kind: 'words', markdown: `**${title}**\nNothing.` };
  return { kind: 'table', title, columns, rows: rows.map((row) => columns.map((name) => cell(row[name]))) };
}

type Row = { [key: string]: Json };

function firstRows(output: Json): Row[] | null {
  const candidates = Array.isArray(output) ? [output] : isObject(output) ? Object.values(output) : [];
  const list = candidates.find((value): value is Row[] => Array.isArray(value) && value.every(isObject));
  return list ?? null;
}

function lines(output: Json): string {
  if (!isObject(output)) return cell(output);
  return Object.entries(output)
    .map(([name, value]) => `• ${name}: ${cell(value)}`)
    .join('\n');
}

function cell(value: Json | undefined): string {
  if (value === undefined || value === null) return '–';
  return isPlain(value) ? String(value) : JSON.stringify(value);
}

function isPlain(value: Json | undefined): boolean {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

function isObject(value: Json): value is Row {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
