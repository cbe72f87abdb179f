/** Turns what was typed or what a model wrote into an action's input, or says which part is wrong and why. */
import { z } from 'zod';
import type { Action } from '../core/action.ts';
import type { Json, JsonObject } from '../core/json.ts';

export type InputResult = { state: 'ok'; input: JsonObject } | { state: 'wrong'; problem: string };

/** Strict: unknown members are refused, defaults filled in. */
export function parseInput(action: Action, raw: Json): InputResult {
  const parsed = action.input.safeParse(raw);
  if (parsed.success) return { state: 'ok', input: parsed.data as JsonObject };
  const problem = parsed.error.issues
    .map((issue) => `${issue.path.length > 0 ? `\`${issue.path.join('.')}\`: ` : ''}${issue.message}`)
    .join('; ');
  return { state: 'wrong', problem };
}

/** The JSON Schema of the input, for models and MCP clients. */
export function inputSchema(action: Action): JsonObject {
  const { $schema: _, ...schema } = z.toJSONSchema(action.input, { io: 'input' });
  return schema as JsonObject;
}

/** Whether a typed word could be this argument: where there is a choice, it is one of it (or a star in a shape). */
export const couldBe =
  (action: Action) =>
  (name: string, word: string): boolean => {
    const { enum: choices } =
      ((inputSchema(action).properties ?? {}) as Record<string, { enum?: unknown[] }>)[name] ?? {};
    return !choices || choices.includes(word.toLowerCase()) || word.includes('*');
  };

/** Typed words are text; the schema says which of them are numbers or switches (`#12` and `$20` are numbers to people). */
export function fromTyped(action: Action, values: Record<string, string>): JsonObject {
  const properties = (inputSchema(action).properties ?? {}) as Record<string, { type?: string }>;
  return Object.fromEntries(
    Object.entries(values).map(([name, value]) => [name, convert(properties[name]?.type, value)]),
  );
}

function convert(type: string | undefined, value: string): Json {
  if (type === 'number' || type === 'integer') {
    const number = Number(value.replace(/^[#$]/, ''));
    return Number.isFinite(number) ? number : value;
  }
  if (type === 'boolean')
    return /^(yes|true|on)$/i.test(value) ? true : /^(no|false|off)$/i.test(value) ? false : value;
  return value;
}
