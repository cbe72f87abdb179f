/** Reads a shape of deeds from a command with stars, `deploy web to staging ref *`, or from a deed and the arguments that may vary. */
import { z } from 'zod';
import type { Action } from '../core/action.ts';
import { SophiaError } from '../core/error.ts';
import type { JsonObject } from '../core/json.ts';
import { type Pattern, readStars, type Shape, shapeOf, showPattern } from '../core/shape.ts';
import { couldBe, fromTyped, parseInput } from './input.ts';
import { matchUsage } from './usage.ts';

/** `fixed`: the arguments that do not vary, as parsed; `sample`: whether they make a whole deed by themselves. */
export type ReadShape = { action: Action; shape: Shape; fixed: JsonObject; sample: JsonObject | null };

export function readTypedShape(command: string, actions: ReadonlyMap<string, Action>): ReadShape {
  for (const action of actions.values()) {
    if (action.usage === undefined) continue;
    const match = matchUsage(action.usage, command.trim(), couldBe(action));
    if (match.state !== 'matched') continue;
    const vary: Record<string, Pattern> = {};
    const plain: Record<string, string> = {};
    for (const [name, word] of Object.entries(match.values)) {
      const pattern = readStars(word);
      if (pattern === null) throw wrong(`A star may only stand for a whole argument or its end, not in “${word}”.`);
      if (pattern === undefined) plain[name] = word;
      else vary[name] = pattern;
    }
    return shaped(action, fromTyped(action, plain), vary);
  }
  throw wrong(`“${command}” is no command I know.`);
}

/** A star that stands in `input` is a star there, nothing more. */
export function shapeAround(action: Action, input: JsonObject, varying: string[]): ReadShape {
  const vary = varying.map((name) => [name, { any: true }] as const);
  const fixed = Object.entries(input).filter(([name]) => !varying.includes(name));
  return shaped(action, Object.fromEntries(fixed), Object.fromEntries(vary));
}

function shaped(action: Action, given: JsonObject, vary: Record<string, Pattern>): ReadShape {
  const names = Object.keys(vary);
  const rest = withoutNames(action, names).safeParse(given);
  if (!rest.success) throw wrong(z.prettifyError(rest.error));
  const fixed = rest.data as JsonObject;
  const whole = parseInput(action, fixed);
  return { action, shape: shapeOf(action.name, fixed, vary), fixed, sample: whole.state === 'ok' ? whole.input : null };
}

/** The schema for what does not vary, so that its defaults are filled in as at each use. */
function withoutNames(action: Action, names: string[]): z.ZodType {
  const schema: unknown = action.input;
  if (names.length === 0) return action.input;
  if (!(schema instanceof z.ZodObject)) throw wrong(`${action.name} cannot be allowed with a star.`);
  return schema.omit(Object.fromEntries(names.map((name) => [name, true])) as never);
}

/** `deploy: service web, environment staging, ref *`. */
export function showShape(shape: Shape): string {
  const parts = Object.entries(shape.arguments).map(([name, pattern]) => `${name} ${showPattern(pattern)}`);
  return `${shape.action}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function wrong(problem: string): SophiaError {
  return new SophiaError('bad_input', problem, { hint: 'For example: `allow 1h deploy web to staging ref *`.' });
}
