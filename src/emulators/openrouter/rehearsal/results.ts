/** Reads a tool's result, whatever wrapped or cut it: what came out, or why nothing did. */
import type { JsonObject, JsonValue } from '../types.ts';

export type Result =
  | { state: 'done'; output: JsonValue; cut: boolean }
  /** `refused`, `failed` or `unknown`, as the house says it. */
  | { state: string; reason: string; hint?: string; cut?: never };

export function readResult(text: string): Result {
  const { value, cut } = readJson(text);
  if (!isObject(value)) return { state: 'done', output: value ?? text, cut };
  const { state, reason, error, hint } = value;
  if (typeof state === 'string' && state !== 'done' && typeof reason === 'string')
    return { state, reason, ...(typeof hint === 'string' ? { hint } : {}) };
  if (error !== undefined && error !== null && error !== false)
    return { state: 'failed', reason: typeof error === 'string' ? error : JSON.stringify(error) };
  return { state: 'done', output: 'output' in value ? (value.output ?? null) : value, cut };
}

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The longest list of objects in a result: its items. */
export function itemsOf(output: JsonValue): JsonObject[] {
  const lists = Array.isArray(output) ? [output] : isObject(output) ? Object.values(output).filter(Array.isArray) : [];
  const objects = lists.map((list) => list.filter(isObject));
  return objects.sort((a, b) => b.length - a.length)[0] ?? [];
}

/** Every value under one of these names, at any depth, in reading order. */
export function valuesNamed(output: JsonValue, names: RegExp): JsonValue[] {
  if (Array.isArray(output)) return output.flatMap((item) => valuesNamed(item, names));
  if (!isObject(output)) return [];
  return Object.entries(output).flatMap(([name, value]) => [
    ...(names.test(name) && value !== null ? [value] : []),
    ...valuesNamed(value, names),
  ]);
}

function readJson(text: string): { value: JsonValue | undefined; cut: boolean } {
  const start = text.search(/[[{]/);
  if (start < 0) return { value: undefined, cut: false };
  const body = text.slice(start);
  const end = Math.max(body.lastIndexOf('}'), body.lastIndexOf(']')) + 1;
  for (const attempt of [body, body.slice(0, end)])
    try {
      return { value: JSON.parse(attempt) as JsonValue, cut: false };
    } catch {
      // The next attempt may do.
    }
  return { value: mend(body), cut: true };
}

/** JSON that was cut off: what is whole of it, closed where it was open. */
function mend(text: string): JsonValue | undefined {
  const open: string[] = [];
  let inString = false;
  let whole = '';
  for (let at = 0; at < text.length; at++) {
    const sign = text[at] ?? '';
    if (inString) {
      if (sign === '\\') at++;
      else if (sign === '"') inString = false;
      continue;
    }
    if (sign === '"') inString = true;
    else if (sign === '{' || sign === '[') open.push(sign === '{' ? '}' : ']');
    else if (sign === '}' || sign === ']') {
      open.pop();
      // After each closed part the text before it can be completed.
      whole = text.slice(0, at + 1) + open.toReversed().join('');
    }
  }
  try {
    return JSON.parse(whole) as JsonValue;
  } catch {
    return undefined;
  }
}
