/** The arguments of a request as a form, and the form as arguments again: what was not touched stays as it was, to the byte. */
import type { Action } from '../core/action.ts';
import type { EditAnswer, EditField } from '../core/door.ts';
import { canonicalJson } from '../core/hash.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { inputSchema } from './input.ts';

/** A longer value is shown only where it differs. */
const longestShown = 80;
/** Characters before the difference, so that it can be found. */
const lead = 20;

export function fieldsOf(action: Action | undefined, input: JsonObject): EditField[] {
  if (!action) return [];
  const schema = inputSchema(action) as {
    properties?: Record<string, { type?: string; enum?: unknown[]; description?: string }>;
    required?: string[];
  };
  return Object.entries(schema.properties ?? {}).map(([field, property]) => {
    const options = property.enum?.filter((option) => typeof option === 'string');
    const kind =
      options && options.length > 0
        ? 'choice'
        : ({ string: 'text', number: 'number', integer: 'number', boolean: 'switch' } as const)[property.type ?? ''];
    return {
      name: field,
      kind: kind ?? 'json',
      value: textOf(input[field]),
      optional: !(schema.required ?? []).includes(field),
      ...(property.description ? { hint: property.description } : {}),
      ...(kind === 'choice' && options ? { options } : {}),
    };
  });
}

export function readFields(
  fields: EditField[],
  before: JsonObject,
  values: Record<string, string>,
): { state: 'read'; input: JsonObject } | Extract<EditAnswer, { state: 'wrong' }> {
  const input: JsonObject = {};
  const errors: Record<string, string> = {};
  for (const field of fields) {
    const typed = values[field.name] ?? '';
    const untouched = before[field.name];
    if (sameLines(typed) === sameLines(field.value)) {
      if (untouched !== undefined) input[field.name] = untouched;
      else if (!field.optional) errors[field.name] = 'is missing';
      continue;
    }
    if (typed.trim() === '' && field.optional) continue;
    const value = readValue(field, typed);
    if (value === undefined) errors[field.name] = field.kind === 'number' ? 'must be a number' : 'cannot be read';
    else input[field.name] = value;
  }
  return Object.keys(errors).length > 0 ? { state: 'wrong', errors } : { state: 'read', input };
}

/** `ref: main → v2`; of long values the part that differs. */
export function changesOf(before: JsonObject, after: JsonObject): string {
  const same = (a: Json | undefined, b: Json | undefined) =>
    (a === undefined ? '' : canonicalJson(a)) === (b === undefined ? '' : canonicalJson(b));
  return [...new Set([...Object.keys(before), ...Object.keys(after)])]
    .filter((name) => !same(before[name], after[name]))
    .map((name) => `${name}: ${difference(before[name], after[name])}`)
    .join('; ');
}

function textOf(value: Json | undefined): string {
  return value === undefined ? '' : typeof value === 'string' ? value : JSON.stringify(value);
}

/** A window may hand line ends back in another way than it was given them. */
function sameLines(text: string): string {
  return text.replace(/\r\n?/g, '\n');
}

function readValue({ kind, value }: EditField, typed: string): Json | undefined {
  const text = typed.trim();
  if (kind === 'choice') return text;
  // Blanks at the ends come from fingers, unless there were some before.
  if (kind === 'text') return value === value.trim() ? text : typed;
  if (kind === 'switch') return text === 'true';
  if (kind === 'number') return text !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined;
  try {
    return JSON.parse(text) as Json;
  } catch {
    return undefined;
  }
}

function difference(before: Json | undefined, after: Json | undefined): string {
  const [old, now] = [said(before), said(after)];
  const [one, other] = [[...old], [...now]];
  if (one.length <= longestShown && other.length <= longestShown) return `${old} → ${now}`;
  const first = one.findIndex((character, index) => character !== other[index]);
  const from = Math.max(0, (first === -1 ? one.length : first) - lead);
  return `${part(one, from)} → ${part(other, from)}`;
}

/** Blanks at an end would not be seen. */
function said(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  return typeof value === 'string' && value !== '' && value === value.trim() ? value : JSON.stringify(value);
}

function part(whole: string[], from: number): string {
  const end = from + longestShown;
  return `${from > 0 ? '…' : ''}${whole.slice(from, end).join('')}${end < whole.length ? '…' : ''}`;
}
