/** A shape of deeds: which arguments are fixed, which may vary, so that one approval can cover several of them. */
import { canonicalJson } from './hash.ts';
import type { Json, JsonObject } from './json.ts';

/** `prefix` fits text only; `is` fits exactly that value. */
export type Pattern = { is: Json } | { any: true } | { prefix: string };

/** Every argument of a deed has its pattern here: one that is not named does not fit. */
export type Shape = { action: string; arguments: Record<string, Pattern> };

/** The shape of exactly this deed, apart from what `vary` says. */
export function shapeOf(action: string, input: JsonObject, vary: Record<string, Pattern> = {}): Shape {
  const fixed = members(input).map(([name, value]) => [name, { is: value }] as const);
  return { action, arguments: Object.fromEntries([...fixed, ...Object.entries(vary)]) };
}

/** Total: false for whatever has no canonical JSON. Both sides must name the same arguments. */
export function fitsShape(shape: Shape, action: string, input: JsonObject): boolean {
  if (shape.action !== action) return false;
  const given = members(input);
  if (given.length !== Object.keys(shape.arguments).length) return false;
  return given.every(([name, value]) => {
    // Never a member of the prototype: `constructor` is an argument nobody named.
    const pattern = Object.hasOwn(shape.arguments, name) ? shape.arguments[name] : undefined;
    return pattern !== undefined && fitsPattern(pattern, value);
  });
}

function fitsPattern(pattern: Pattern, value: Json): boolean {
  try {
    const text = canonicalJson(value);
    if ('is' in pattern) return canonicalJson(pattern.is) === text;
    if ('any' in pattern) return pattern.any === true;
    return typeof value === 'string' && pattern.prefix !== '' && value.startsWith(pattern.prefix);
  } catch {
    return false;
  }
}

function members(input: JsonObject): [string, Json][] {
  return Object.entries(input).filter(([, value]) => value !== undefined);
}

/** What was typed: `*` is anything, `feature/*` what begins so; null when the star stands elsewhere; otherwise no pattern. */
export function readStars(typed: string): Pattern | null | undefined {
  const at = typed.indexOf('*');
  if (at === -1) return undefined;
  if (at !== typed.length - 1) return null;
  return at === 0 ? { any: true } : { prefix: typed.slice(0, at) };
}

/** As people read it; a star that is meant literally stands in quotes. */
export function showPattern(pattern: Pattern): string {
  if ('any' in pattern) return '*';
  if ('prefix' in pattern) return `${pattern.prefix}*`;
  return typeof pattern.is === 'string' && !/[*\s"]/.test(pattern.is) ? pattern.is : canonicalJson(pattern.is);
}

/** What a listed step leaves open, for the card; empty when it is exactly that, once. */
export function stepLimits(step: { vary?: Record<string, Pattern>; times?: number }): string {
  const varied = Object.entries(step.vary ?? {}).map(([name, pattern]) =>
    'any' in pattern ? `any ${name}` : `${name} ${showPattern(pattern)}`,
  );
  const often = (step.times ?? 1) === 1 ? [] : [`up to ${step.times} times`];
  return [...often, ...varied].join(', ');
}
